#!/usr/bin/python3
"""GMime as a third opinion: the same protocol as show_text; answers what a mail reader built on it shows: subjects,
names of files, decoded texts. It crashes and loops on some mail, and then ends: whoever asks starts it again."""
import resource
import signal
import sys

import gi

gi.require_version("GMime", "3.0")
from gi.repository import GMime  # noqa: E402

SECONDS = 5
MEMORY = 1 << 30


def text_of(part):
    """In its charset where GMime knows that, as it stands otherwise."""
    memory = GMime.StreamMem.new()
    stream = GMime.StreamFilter.new(memory)
    try:
        stream.add(GMime.FilterCharset.new(part.get_content_type_parameter("charset") or "utf-8", "utf-8"))
    except (TypeError, UnicodeDecodeError):  # not known, or no text for Python
        pass
    content = part.get_content()
    if content:
        content.write_to_stream(stream)
        stream.flush()
    return memory.get_byte_array()


def name(get, *arguments):
    try:
        return (get(*arguments) or "").encode()
    except UnicodeDecodeError:  # no text for Python
        return b""


def shown(part):
    if isinstance(part, GMime.Message):
        return [name(part.get_subject)] + shown(part.get_mime_part())
    if part is None:
        return []
    texts = [name(part.get_content_disposition_parameter, "filename"), name(part.get_content_type_parameter, "name")]
    if isinstance(part, GMime.MessagePart):
        texts += shown(part.get_message())
    if isinstance(part, GMime.Multipart):
        texts += [text for i in range(part.get_count()) for text in shown(part.get_part(i))]
    if isinstance(part, GMime.TextPart) or isinstance(part, GMime.Part) and part.get_content_type().is_type("message", "*"):
        texts.append(text_of(part))
    return texts


def main():
    GMime.init()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for size in iter(sys.stdin.buffer.readline, b""):
        raw = sys.stdin.buffer.read(int(size))
        signal.alarm(SECONDS)
        answer = b"\n".join(shown(GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw)).construct_message()))
        signal.alarm(0)
        sys.stdout.buffer.write(b"%d\n%s" % (len(answer), answer))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
