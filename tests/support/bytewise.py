# SPDX-License-Identifier: Apache-2.0
"""Mail as bytes: sent exactly as given, and compared but for what each hop may add."""
import socket

TRACE = (b"received:", b"return-path:", b"delivered-to:", b"x-original-to:", b"listwarden:")


def talk(port, sender, recipient, content):
    """One SMTP session with bytes exactly as given, up to and with the final dot; the last reply."""
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        replies = connection.makefile("rb")

        def say(line):
            connection.sendall(line)
            while (reply := replies.readline())[3:4] == b"-":
                pass
            return reply.decode(errors="replace").strip()

        replies.readline()
        for line in (b"EHLO client.example\r\n", b"MAIL FROM:<%s>\r\n" % sender.encode()):
            say(line)
        reply = say(b"RCPT TO:%s\r\n" % recipient.encode())
        if reply[0] != "2":
            return reply
        reply = say(b"DATA\r\n")
        return say(content) if reply[0] == "3" else reply


def dotted(content):
    """The content as it goes over the wire, its end with it."""
    return content.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def without_trace(content):
    head, _, body = content.partition(b"\r\n\r\n")
    fields, keep = [], True
    for line in head.split(b"\r\n"):
        if line[:1] not in (b" ", b"\t"):
            keep = not line.lower().startswith(TRACE)
        if keep:
            fields.append(line)
    return b"\r\n".join(fields) + b"\r\n\r\n" + body
