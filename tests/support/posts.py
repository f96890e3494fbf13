# SPDX-License-Identifier: Apache-2.0
"""Labelled posts (tests/corpus/posts/*.toml) and how each becomes a message a list would get."""
import email.message
import email.policy
import pathlib
import struct
import tomllib
import zlib

LIST = "medical-physics-engineering@lists.example.ac.uk"
KINDS = ("clear", "subtle", "hard-negative", "quoted", "clean")
VIOLATIONS = ("clear", "subtle")
KEYS = {"id", "kind", "filter", "from", "subject", "text", "authenticated", "list", "html", "attachments", "also", "why"}
REQUIRED = {"id", "kind", "from", "subject"}
# The one host whose Authentication-Results a test configuration would trust.
AUTHSERV = "lists.example.ac.uk"


class PostError(Exception):
    pass


def read_posts(folder):
    """Every post below the folder, checked; the id names it in every report."""
    posts, seen = [], set()
    for path in sorted(pathlib.Path(folder).glob("*.toml")):
        try:
            rows = tomllib.loads(path.read_text(encoding="utf-8")).get("post", [])
        except tomllib.TOMLDecodeError as error:
            raise PostError(f"{path}: {error}") from error
        for row in rows:
            name = row.get("id", "a post without id")
            row.setdefault("filter", "" if path.stem == "clean" else path.stem)
            faults = [f"has no {key}" for key in sorted(REQUIRED - row.keys())]
            faults += [f"has the unknown key {key}" for key in sorted(row.keys() - KEYS)]
            if row.get("kind") not in KINDS:
                faults.append(f"has the kind {row.get('kind')!r}; expected one of {', '.join(KINDS)}")
            if name in seen:
                faults.append("is there twice")
            if "text" not in row and "html" not in row:
                faults.append("has neither text nor html")
            if faults:
                raise PostError(f"{path}: {name} {'; '.join(faults)}")
            seen.add(name)
            posts.append(row)
    if not posts:
        raise PostError(f"{folder}: no *.toml with [[post]] in it")
    return posts


def breaks(post):
    """The filters that should find something in it."""
    own = {post["filter"]} if post["kind"] in VIOLATIONS else set()
    return own | set(post.get("also", []))


def message_of(post):
    message = email.message.EmailMessage(policy=email.policy.SMTP.clone(max_line_length=998))
    if "authenticated" in post:
        message["Authentication-Results"] = f"{AUTHSERV}; auth=pass smtp.auth={post['authenticated']}"
    message["From"] = post["from"]
    message["To"] = post.get("list", LIST)
    message["Subject"] = post["subject"]
    message["Date"] = "Mon, 02 Mar 2026 09:30:00 +0000"
    message["Message-ID"] = f"<{post['id']}@posts.example>"
    if "text" in post:
        message.set_content(post["text"], cte="8bit" if post["text"].isascii() else "quoted-printable")
        if "html" in post:
            message.add_alternative(post["html"], subtype="html")
    else:
        message.set_content(post["html"], subtype="html")
    for attachment in post.get("attachments", []):
        attach(message, {"name": attachment} if isinstance(attachment, str) else attachment)
    return message.as_bytes()


def attach(message, what):
    """A file by name (empty of its kind), or a table: name, text, properties (PDF), position (JPEG)."""
    suffix = pathlib.PurePath(what["name"]).suffix.lower()
    if suffix == ".pdf":
        content, kind = pdf(what.get("text", ""), what.get("properties", {})), ("application", "pdf")
    elif suffix in (".jpg", ".jpeg"):
        content, kind = jpeg(what.get("position")), ("image", "jpeg")
    elif suffix == ".png":
        content, kind = png(), ("image", "png")
    elif suffix in (".txt", ".csv", ".py", ".m"):
        content, kind = (what.get("text", "") or "\n").encode(), ("text", "csv" if suffix == ".csv" else "plain")
    else:
        content, kind = what.get("text", "").encode() or bytes(range(64)), ("application", "octet-stream")
    message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=what["name"])


def pdf(text, properties):
    escaped = [line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") for line in text.split("\n")]
    page = "BT /F1 11 Tf 50 780 Td 14 TL " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET"
    info = " ".join(f"/{key} ({value})" for key, value in properties.items())
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {info} >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    out += f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n{out.rindex('xref')}\n%%EOF\n"
    return out.encode("latin-1", "replace")


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes([90, 120, 150] * 32) for _ in range(32))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# The smallest baseline JPEG: one grey block, 8 by 8.
GREY = bytes.fromhex(
    "ffdb004300" + "01" * 64 + "ffc0000b080008000801011100" + "ffc4001400010000000000000000000000000000000000"
    "ffc40014100100000000000000000000000000000000" + "ffda0008010100003f00" + "37" + "ffd9")


def jpeg(position):
    """A grey picture; position = [latitude, longitude] in degrees goes into its Exif GPS directory."""
    return b"\xff\xd8" + (exif(*position) if position else b"") + GREY


def exif(latitude, longitude):
    def degrees(value):
        minutes, seconds = divmod(round(abs(value) * 360000), 6000)
        return struct.pack(">6I", minutes // 60, 1, minutes % 60, 1, seconds, 100)
    head = b"MM\0*" + struct.pack(">I", 8)
    main = struct.pack(">HHHIII", 1, 0x8825, 4, 1, 26, 0)
    place = 26 + 2 + 4 * 12 + 4
    entries = struct.pack(">H", 4)
    entries += struct.pack(">HHI4s", 1, 2, 2, (b"N" if latitude >= 0 else b"S") + b"\0\0\0")
    entries += struct.pack(">HHII", 2, 5, 3, place)
    entries += struct.pack(">HHI4s", 3, 2, 2, (b"E" if longitude >= 0 else b"W") + b"\0\0\0")
    entries += struct.pack(">HHII", 4, 5, 3, place + 24)
    body = b"Exif\0\0" + head + main + entries + struct.pack(">I", 0) + degrees(latitude) + degrees(longitude)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
