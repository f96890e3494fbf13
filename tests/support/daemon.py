# SPDX-License-Identifier: Apache-2.0
"""listwarden-milter alone, with a private configuration: the shipped one and two rules whose words nobody writes."""
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

# Words that hold, and that tag, whatever the shipped rules say today.
SITE_RULES = """\
[[rule]]
id = "harassment/site-hold"
clause = "non-discrimination"
confidence = "high"
pattern = '\\bxyzzyhold\\b'
reason = "The text says xyzzyhold."
advice = "Leave it out."
hit = ["Please xyzzyhold."]
miss = ["Please do not."]
[[rule]]
id = "harassment/site-tag"
clause = "non-discrimination"
confidence = "low"
pattern = '\\bxyzzytag\\b'
reason = "The text says xyzzytag."
advice = "Leave it out."
hit = ["Please xyzzytag."]
miss = ["Please do not."]
"""


def without_shipped_rules(etc):
    """Who starts again and again need not try every example of every rule each time."""
    for file in etc.glob("policies/*/*.toml"):
        file.write_text("" if file.name == "cy.toml" else file.read_text().split("[[rule]]")[0])
    for file in etc.glob("lists.d/*.toml"):
        file.write_text(re.sub("(?m)^rules-on = .*$", "", file.read_text()))


def write_configuration(source, folder, text, shipped_rules=False):
    """etc/ as shipped, enforcing, with the site rules, alone or beside the shipped ones, and these settings; returns the settings file."""
    shutil.copytree(source / "etc", folder / "etc")
    if not shipped_rules:
        without_shipped_rules(folder / "etc")
    (folder / "etc" / "rules.d").mkdir(exist_ok=True)
    (folder / "etc" / "rules.d" / "site.toml").write_text(SITE_RULES)
    (folder / "store").mkdir(exist_ok=True)
    settings = folder / "etc" / "listwarden.conf"
    settings.write_text(f"store = {folder}/store/hold.db\nrelease-key = {folder}/release.key\n" + text)
    return settings


def daemon_command(programs, name, config):
    """Tests run as root where they must; a daemon serves as root only when it is told to."""
    return [str(programs / name), "--config", str(config), "--allow-root"]


class Daemon:
    def __init__(self, programs, source, tcp=False, shipped_rules=False):
        self.programs, self.source = pathlib.Path(programs), pathlib.Path(source)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-"))
        if tcp:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.address = f"inet:{probe.getsockname()[1]}@127.0.0.1"
        else:
            self.address = f"unix:{self.folder}/milter.sock"
        self.config = write_configuration(
            self.source, self.folder,
            f"[milter]\nsocket = {self.address}\nmax-connections = 1000\nbytes-in-flight = 2000000\n"
            "[limits]\nmessage-bytes = 260000\n[notices]\nfrom = Listwarden <listwarden@lists.example.ac.uk>\n", shipped_rules)
        self.process, self.user = None, {}  # for whom it runs, as Popen takes it

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def start(self):
        started = self.log().count("event=started") if (self.folder / "log").exists() else 0
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(daemon_command(self.programs, "listwarden-milter", self.config), stdout=log, stderr=log,
                                        **self.user)
        self.wait_for("event=started", started + 1)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait_for(self, text, times=1, seconds=600):
        """Until the log has that text so often."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            if self.log().count(text) >= times:
                return
            if not self.is_running():
                break
            time.sleep(0.1)
        raise RuntimeError(f"'{text}' is not in the log {times} times:\n" + self.log()[-3000:])

    def held(self):
        done = subprocess.run([str(self.programs / "listwarden"), "--config", str(self.config), "held", "list", "--state", "all",
                               "--json"], capture_output=True, text=True)
        return [json.loads(line) for line in done.stdout.splitlines()]
