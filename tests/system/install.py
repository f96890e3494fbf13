#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`cmake --install` puts everything where Debian expects it, in observe mode; the units are sound, hardened and watched;
root is refused, and a daemon that has no capability serves.

usage: install.py PROGRAMS SOURCE
"""
import os
import pathlib
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import Daemon  # noqa: E402

PROGRAMS, SOURCE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
UNITS = ("listwarden-milter.service", "listwarden-desk.service")
FILES = """
usr/bin/listwarden usr/sbin/listwarden-milter usr/sbin/listwarden-desk
usr/lib/systemd/system/listwarden-milter.service usr/lib/systemd/system/listwarden-desk.service
usr/lib/sysusers.d/listwarden.conf usr/lib/tmpfiles.d/listwarden.conf etc/apparmor.d/listwarden
usr/share/man/man1/listwarden.1 usr/share/man/man5/listwarden.conf.5
usr/share/man/man8/listwarden-milter.8 usr/share/man/man8/listwarden-desk.8
usr/share/doc/listwarden/examples/postfix/main.cf usr/share/doc/listwarden/examples/postfix/master.cf
etc/listwarden/listwarden.conf etc/listwarden/lists.d/default.toml etc/listwarden/policies/ipem/clauses.toml
etc/listwarden/notices/en/poster-held.txt etc/listwarden/notices/cy/poster-held.txt
""".split()
PLACES = ("usr/bin/", "usr/sbin/", "usr/lib/systemd/system/", "usr/lib/sysusers.d/", "usr/lib/tmpfiles.d/", "usr/share/man/",
          "usr/share/doc/listwarden/", "etc/listwarden/", "etc/apparmor.d/listwarden")
PARSER = pathlib.Path("/usr/sbin/apparmor_parser")
failures = []


def expect(is_true, what):
    print(("ok      " if is_true else "FAILED  ") + what, flush=True)
    if not is_true:
        failures.append(what)


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)


def files(stage):
    done = run("cmake", "--install", PROGRAMS.parent, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(stage)})
    expect(done.returncode == 0, "cmake --install with DESTDIR" + done.stderr)
    there = [str(path.relative_to(stage)) for path in stage.rglob("*") if path.is_file()]
    missing = [one for one in FILES if one not in there]
    expect(not missing, f"everything is where Debian expects it {missing or ''}")
    strange = [one for one in there if not one.startswith(PLACES)]
    expect(not strange, f"and nothing anywhere else {strange or ''}")
    lists = sorted((stage / "etc/listwarden/lists.d").glob("*.toml"))
    modes = {re.search(r'^mode = "(\w+)"', one.read_text(), re.M).group(1) for one in lists}
    expect(modes == {"observe"}, f"what is installed observes, it does not hold yet ({', '.join(modes)})")
    config = stage / "etc/listwarden/listwarden.conf"
    done = run(stage / "usr/bin/listwarden", "--config", config, "config", "check")
    expect(done.returncode == 0, "the installed configuration is good " + done.stderr)
    shown = run(stage / "usr/bin/listwarden", "--config", config, "config", "show", "--json").stdout
    expect('"/var/lib/listwarden/hold.db"' in shown, "its store lies in the units' state directory")
    for page in (stage / "usr/share/man").rglob("*.*"):
        if page.is_file():
            done = run("man", "--warnings", "-l", page, env={**os.environ, "MANPAGER": "cat"})
            expect(done.returncode == 0 and not done.stderr, f"{page.name} is a sound page {done.stderr}")


def units(stage):
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not there: units not checked")
        return
    for unit in UNITS:
        path = stage / "usr/lib/systemd/system" / unit
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=15", path)
        level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
        expect(done.returncode == 0 and level is not None, f"{unit}: exposure {level.group(1) if level else '?'} (at most 1.5)")
        # The programs of the unit as they lie in the stage.
        copy = stage / unit
        copy.write_text(re.sub(r"(ExecStart(?:Pre)?=)(/usr)", rf"\1{stage}\2", path.read_text()))
        done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copy)
        expect(done.returncode == 0, f"{unit} is sound {done.stderr}")
        copy.unlink()
    done = run("systemd-sysusers", f"--root={stage}")
    passwd = stage / "etc/passwd"
    expect(done.returncode == 0 and passwd.exists() and "listwarden:" in passwd.read_text(), "sysusers makes the user listwarden")


def profile(stage):
    if not PARSER.exists():
        print("apparmor is not installed: its profile is not checked")
        return
    done = run(PARSER, "--skip-kernel-load", "--skip-cache", stage / "etc/apparmor.d/listwarden")
    expect(done.returncode == 0, "AppArmor understands the profile " + done.stderr)


def root(stage):
    """Refused where the user is that sysusers makes."""
    for name in ("listwarden-milter", "listwarden-desk"):
        command = f"mount --bind {stage}/etc/passwd /etc/passwd && exec {stage}/usr/sbin/{name} --config {stage}/none"
        done = run("unshare", "--mount", "sh", "-c", command, timeout=60)
        expect(done.returncode == 64 and "runuser -u listwarden" in done.stderr, f"{name} refuses root, and says how else {done.stderr}")


def give_to_nobody(daemon):
    """Everything of its own, as a unit's user has it."""
    nobody = pwd.getpwnam("nobody")
    for path in (daemon.folder, *daemon.folder.rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    daemon.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def watchdog(stage):
    """systemd's side: READY, then a sign of life as long as an MTA would be answered, and no longer."""
    daemon = Daemon(stage / "usr/sbin", SOURCE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(str(daemon.folder / "notify"))
        notify.settimeout(60)
        os.environ.update(NOTIFY_SOCKET=str(daemon.folder / "notify"), WATCHDOG_USEC="3000000")
        if os.geteuid() == 0:
            give_to_nobody(daemon)
        try:
            with daemon:
                capabilities = re.search(r"CapEff:\s*(\w+)", pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text())[1]
                expect(int(capabilities, 16) == 0, f"a daemon needs no capabilities ({capabilities})")
                words = [notify.recv(100)]
                while len(words) < 4:
                    words.append(notify.recv(100))
                expect(words[0] == b"READY=1", "the daemon says when it is ready")
                expect(words.count(b"WATCHDOG=1") == 3, "and feeds the watchdog while it serves")
                os.unlink(daemon.address.split(":", 1)[1])
                time.sleep(2)
                notify.setblocking(False)
                try:
                    while True:
                        notify.recv(100)
                except BlockingIOError:
                    pass
                notify.settimeout(4)
                try:
                    word = notify.recv(100)
                except TimeoutError:
                    word = b"silence"
                expect(word == b"silence", f"no MTA can reach it: the watchdog starves ({word.decode()})")
                expect("event=not-alive" in daemon.log(), "and the log says so")
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]


def main():
    stage = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-install-"))
    stage.chmod(0o755)
    try:
        files(stage)
        units(stage)
        profile(stage)
        if os.geteuid() == 0:
            root(stage)
        watchdog(stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
