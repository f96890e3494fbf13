# SPDX-License-Identifier: Apache-2.0
"""A private mail system on loopback: Postfix with our milter, the desk, and a sink that takes all deliveries.

Everything lies in one folder and listens on free high ports; stop() ends whatever start() began.
Postfix's master needs root.
"""
import json
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

from daemon import daemon_command, write_configuration

LISTS_DOMAIN = "lists.example.ac.uk"


def require_root():
    """Ends the test as skipped where Postfix's master cannot be started."""
    if os.geteuid() != 0:
        print("skipped: Postfix's master needs root")
        sys.exit(77)


def require_strace():
    """Ends the test as skipped where no fault can be injected into calls."""
    if not shutil.which("strace") or subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        print("skipped: strace is not here, or may not trace")
        sys.exit(77)


def wait_until(is_true, what, seconds=600):
    deadline = time.time() + seconds
    while not is_true():
        if time.time() > deadline:
            raise RuntimeError("waited in vain until " + what)
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class _SinkHandler(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda line: self.wfile.write((line + "\r\n").encode())
        say("220 sink ESMTP")
        sender, recipients = "", []
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO"):
                self.wfile.write(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb == b"MAIL":
                sender, recipients = line.split(b"<")[1].split(b">")[0].decode(), []
                say("250 ok")
            elif verb == b"RCPT":
                recipients.append(line.split(b"<")[1].split(b">")[0].decode().lower())
                say("250 ok")
            elif verb == b"DATA":
                say("354 go on")
                lines = []
                while (data := self.rfile.readline()) != b".\r\n":
                    if not data:  # the client is gone; what came is no mail
                        return
                    lines.append(data[1:] if data.startswith(b"..") else data)
                self.server.take(sender, recipients, b"".join(lines))
                say("250 taken")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class Sink(socketserver.ThreadingTCPServer):
    """An SMTP server that keeps every delivery as (sender, recipients, bytes)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _SinkHandler)
        self.port = self.server_address[1]
        self.deliveries = []
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that is killed resets its connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def take(self, sender, recipients, content):
        with self._lock:
            self.deliveries.append((sender, recipients, content))

    def wait_for(self, wanted, seconds=20):
        """The first delivery for which wanted(sender, recipients, bytes) is true, or None."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            with self._lock:
                for delivery in self.deliveries:
                    if wanted(*delivery):
                        return delivery
            time.sleep(0.05)
        return None


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.{domain}
mydestination =
alias_maps =
mynetworks = 127.0.0.1/32
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtp_line_length_limit = 0
smtpd_client_connection_count_limit = 0
header_size_limit = 102400
message_size_limit = 52428800
# As shipped in etc/postfix/main.cf:
{shipped}
"""

MASTER_CF = """\
{mail} inet n - y - - smtpd
{shipped}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Stack:
    def __init__(self, programs, source, tcp=False, desk=True, undo_seconds=1, small_disk=False, shipped_rules=False):
        self.programs = pathlib.Path(programs)
        self.source = pathlib.Path(source)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="listwarden-"))
        self.folder.chmod(0o755)
        self.sink = Sink()
        self.mail, self.reinject, self.letters, self.pages = free_port(), free_port(), free_port(), free_port()
        self.desk_address = f"http://127.0.0.1:{self.pages}"
        self.undo_seconds = undo_seconds
        self.socket = f"inet:{free_port()}@127.0.0.1" if tcp else f"unix:{self.folder}/queue/listwarden/milter.sock"
        self.has_desk = desk
        self.wants_small_disk = small_disk
        self.has_shipped_rules = shipped_rules
        self.processes = {}
        self.environment = {}  # of the programs, beside our own
        self.log_began = {}  # where the log of the running process begins
        self.config = None

    def _write_config(self):
        self.config = write_configuration(
            self.source, self.folder,
            f"[milter]\nsocket = {self.socket}\nsocket-group = postfix\n"
            f"[notices]\nfrom = Listwarden <listwarden@{LISTS_DOMAIN}>\nhost-name = mx.{LISTS_DOMAIN}\n"
            f"[desk]\nlisten = 127.0.0.1:{self.pages}\nbase-url = {self.desk_address}\n"
            f"undo-seconds = {self.undo_seconds}\n"
            f"[outbox]\nreinject-port = {self.reinject}\nletter-port = {self.letters}\n", self.has_shipped_rules)

    def _write_postfix(self):
        """Base lines of a private instance, and the shipped ones; only the addresses are this instance's."""
        for name in ("queue", "queue/listwarden", "data", "postfix"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "mail.log").touch()  # what Postfix's start finds odd after a kill is written there by its own user
        shutil.chown(self.folder / "mail.log", "postfix")
        shutil.chown(self.folder / "queue" / "listwarden", group="postfix")
        (self.folder / "queue" / "listwarden").chmod(0o2750)
        main = (self.source / "etc" / "postfix" / "main.cf").read_text()
        if self.socket.startswith("inet:"):
            port, host = self.socket[5:].split("@")
            main = main.replace("unix:listwarden/milter.sock", f"inet:{host}:{port}")
        master = (self.source / "etc" / "postfix" / "master.cf").read_text()
        master = master.replace("127.0.0.1:10025", f"127.0.0.1:{self.reinject}").replace("127.0.0.1:10026", f"127.0.0.1:{self.letters}")
        (self.folder / "postfix" / "main.cf").write_text(
            MAIN_CF.format(folder=self.folder, domain=LISTS_DOMAIN, sink=self.sink.port, shipped=main))
        (self.folder / "postfix" / "master.cf").write_text(MASTER_CF.format(mail=self.mail, shipped=master))

    def postfix(self, *words):
        return subprocess.run(["postfix", "-c", str(self.folder / "postfix"), *words],
                              capture_output=True, text=True)

    def start_program(self, name):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.log_began[name] = log.tell()
            self.processes[name] = subprocess.Popen(
                daemon_command(self.programs, name, self.config), stdout=log, stderr=log, env=os.environ | self.environment)

    def wait_until_started(self, name, seconds=300):  # reading the rules takes long under sanitizers
        deadline, said = time.time() + seconds, b""
        with open(self.folder / f"{name}.log", "rb") as log:
            log.seek(self.log_began[name])
            while b"event=started" not in (said := said + log.read()):
                if self.processes[name].poll() is not None or time.time() > deadline:
                    raise RuntimeError(f"{name} did not start:\n" + self.logs())
                time.sleep(0.02)

    def kill(self, name):
        self.processes[name].kill()
        self.processes[name].wait()

    def wait_for_port(self, port, seconds=300):
        deadline = time.time() + seconds
        while time.time() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"nothing listens on port {port}: " + self.logs())

    def wait_for_milter(self):
        self.wait_until_started("listwarden-milter")

    def start(self):
        self._write_postfix()
        self._write_config()
        if self.wants_small_disk:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=240m,mode=0770", "tmpfs", self.folder / "store"], capture_output=True)
        self.start_program("listwarden-milter")
        self.wait_for_milter()
        if self.has_desk:
            self.start_program("listwarden-desk")
        done = self.postfix("start")
        if done.returncode != 0:
            raise RuntimeError("postfix did not start: " + done.stderr)
        self.wait_for_port(self.mail)
        self.wait_for_port(self.reinject)
        if self.has_desk:
            self.wait_for_port(self.pages)
        return self

    def add_user(self, name, role, password, *options):
        """Somebody who may sign in at desk_address."""
        done = subprocess.run(
            [str(self.programs / "listwarden"), "--config", str(self.config), "user", "add", name, "--role", role,
             "--address", f"{name}@ipem.example", *options],
            input=password + "\n", capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"user {name} was not added: {done.stderr}")

    def stop(self):
        self.postfix("stop")
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        self.sink.shutdown()
        self.sink.server_close()
        if self.has_small_disk():
            subprocess.run(["umount", self.folder / "store"], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *unused):
        self.stop()

    def logs(self):
        text = ""
        for log in sorted(self.folder.glob("*.log")):
            text += f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-30:]) + "\n"
        return text

    def post(self, sender, recipients, content, port=None):
        """Sends through Postfix; returns (code, text) of the last reply."""
        client = smtplib.SMTP("127.0.0.1", port or self.mail, timeout=120)
        try:
            client.sendmail(sender, recipients, content)
            return 250, "taken"
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code, refused.smtp_error.decode(errors="replace")
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0], "recipients refused"
        finally:
            client.close()

    def command(self, *words):
        return subprocess.run([str(self.programs / "listwarden"), "--config", str(self.config), *words],
                              capture_output=True, text=True)

    def held(self):
        return [json.loads(line) for line in self.command("held", "list", "--state", "all", "--json").stdout.splitlines()]

    def post_until_taken(self, sender, recipients, content, seconds=30):
        """As a client does: again after each temporary failure."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            if self.post(sender, recipients, content)[0] == 250:
                return True
            time.sleep(0.5)
        return False

    def has_small_disk(self):
        return os.path.ismount(self.folder / "store")
