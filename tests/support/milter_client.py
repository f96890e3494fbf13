# SPDX-License-Identifier: Apache-2.0
"""The MTA's side of the milter protocol (version 6), well-behaved or not: what miltertest cannot send."""
import socket
import struct

REPLIES = {b"c": "continue", b"a": "accept", b"r": "reject", b"t": "tempfail", b"d": "discard", b"y": "reply",
           b"h": "insert", b"m": "change", b"-": "delrcpt", b"s": "skip", b"O": "negotiated", b"i": "insert"}
FINAL = ("continue", "accept", "reject", "tempfail", "discard", "reply")
LIST = "medical-physics-engineering@lists.example.ac.uk"


class Gone(Exception):
    """The milter closed the connection."""


class Milter:
    def __init__(self, address, timeout=60):
        kind, place = address.split(":", 1)
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(place)
        else:
            port, host = place.split("@")
            self.socket = socket.create_connection((host, int(port)), timeout)

    has_body = False

    def close(self):
        self.socket.close()

    def raw(self, data):
        self.socket.sendall(data)

    def packet(self, command, payload=b""):
        self.raw(struct.pack("!I", len(payload) + 1) + command + payload)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise Gone()
            data += more
        return data

    def reply(self):
        """(name, payload) of one packet."""
        length = struct.unpack("!I", self._exactly(4))[0]
        data = self._exactly(length)
        return REPLIES.get(data[:1], data[:1]), data[1:]

    def negotiate(self, actions=0x1FF, steps=0x1FFFFF):
        self.packet(b"O", struct.pack("!III", 6, actions, steps))
        return self.reply()

    def connect(self, daemon="smtpd", client="192.0.2.1"):
        self.packet(b"D", b"C" + b"\0".join(["{daemon_name}".encode(), daemon.encode(), b"{client_addr}", client.encode()]) + b"\0")
        self.packet(b"C", b"client.example\0" + b"4" + struct.pack("!H", 25) + client.encode() + b"\0")

    def envelope(self, sender="<ann@hospital.example>", recipients=(f"<{LIST}>",), login=None):
        macros = b"M" + (b"{auth_authen}\0" + login.encode() + b"\0" if login else b"")
        self.packet(b"D", macros)
        self.packet(b"M", sender.encode() + b"\0")
        for one in recipients:
            self.packet(b"R", one.encode() + b"\0")

    def data(self):
        self.packet(b"T")
        self.has_body = False
        return self.reply()[0]

    def field(self, name, value):
        self.packet(b"L", name.encode() + b"\0" + value + b"\0")

    def body(self, text):
        """The end of the header before the first chunk, as an MTA sends it."""
        if not self.has_body:
            self.packet(b"N")
        self.has_body = True
        for at in range(0, len(text), 65535):
            self.packet(b"B", text[at:at + 65535])

    def end(self, queue_id="QUEUEID"):
        """All answers to the end of the message, the last one final."""
        self.packet(b"D", b"E" + b"i\0" + queue_id.encode() + b"\0")
        if not self.has_body:
            self.packet(b"N")
        self.packet(b"E")
        answers = [self.reply()]
        while answers[-1][0] not in FINAL:
            answers.append(self.reply())
        return answers

    def message(self, text, subject=b" A post", message_id=b" <1@hospital.example>", author=b"ann", **envelope):
        """A whole message; the name of the final answer."""
        self.envelope(**envelope)
        answer = self.data()
        if answer != "continue":
            return answer
        self.field("From", b" Ann <" + author + b"@hospital.example>")
        self.field("Subject", subject)
        self.field("Message-ID", message_id)
        self.body(text)
        name, payload = self.end()[-1]
        return payload[:3].decode() if name == "reply" else name


def opened(address, **connection):
    """A connection that has negotiated."""
    milter = Milter(address)
    milter.negotiate()
    milter.connect(**connection)
    return milter
