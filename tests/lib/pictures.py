"""Photographs and papers for tests, made byte by byte: with a position, a preview and comments where one wants them.

The pictures are whole: any reader shows them. segments() and chunks() take a file apart by its own means, so that a
test does not ask the program what is left in what the program wrote.
"""
import struct
import zlib

POSITION = b"position 25.0389N 102.7183E"  # in the Exif's bytes, to be looked for afterwards


def exif(orientation=1, little=True, with_position=True):
    """An Exif segment's payload: orientation, a GPS directory with a marked text, a preview's bytes behind it."""
    order = "<" if little else ">"
    entries = [struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)]
    if with_position:
        entries.append(struct.pack(order + "HHII", 0x8825, 4, 1, 8 + 2 + 2 * 12 + 4))
    directory = struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "I", 0)
    gps = b""
    if with_position:
        at = 8 + len(directory) + 2 + 12 + 4
        gps = (struct.pack(order + "H", 1) + struct.pack(order + "HHII", 0x001B, 7, len(POSITION), at)
               + struct.pack(order + "I", 0) + POSITION)
    head = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "I", 8)
    return b"Exif\0\0" + head + directory + gps


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def jpeg(width=16, height=8, extra=(), behind=b"", shade=0):
    """A grey baseline picture; shade chooses among different data. extra: segments behind the first."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    # Two codes for the first coefficient (no difference: 0; a difference of one bit: 10), one for "no others": 0.
    bits = "".join("10" + str((shade >> (b % 16)) & 1) + "0" for b in range(blocks))
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return b"".join([
        b"\xff\xd8", segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"), *extra,
        segment(0xDB, b"\0" + bytes([16] * 64)),
        segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])),
        segment(0xC4, b"\0" + bytes([1, 1] + [0] * 14) + bytes([0, 1])),
        segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + bytes([0])),
        segment(0xDA, bytes([1, 1, 0, 0, 63, 0])), data, b"\xff\xd9", behind])


def telling_jpeg(orientation=1, **more):
    """A picture that tells where it was taken, by whom, and more: Exif, XMP, Photoshop's, a comment, a second picture."""
    return jpeg(extra=[segment(0xE1, exif(orientation)),
                       segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + POSITION + b"</x>"),
                       segment(0xED, b"Photoshop 3.0\0" + POSITION),
                       segment(0xE2, b"MPF\0" + POSITION), segment(0xFE, b"seen at " + POSITION)],
                behind=jpeg(8, 8) + POSITION, **more)


def segments(content):
    """(marker, payload) of each segment, the scan's data with the segment that begins it."""
    assert content[:2] == b"\xff\xd8", "no JPEG"
    at, found = 2, []
    while content[at + 1] != 0xD9:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2:at + 4])[0]
        end = at + 2 + length
        if marker == 0xDA:
            while content[end] != 0xFF or content[end + 1] == 0:
                end += 1
        found.append((marker, content[at + 4:end]))
        at = end
    assert at + 2 == len(content), "something lies behind the end"
    return found


def picture_of(content):
    """What decodes a JPEG's pixels: tables, frame and scans."""
    return [part for part in segments(content) if not 0xE0 <= part[0] <= 0xEF and part[0] != 0xFE]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width=5, height=3, extra=(), behind=b"", shade=0):
    rows = b"".join(b"\0" + bytes((x * 40 + y * 10 + shade) % 256 for x in range(width)) for y in range(height))
    return b"".join([b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
                     chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)), *extra,
                     chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""), behind])


def telling_png(**more):
    return png(extra=[chunk(b"tEXt", b"Comment\0" + POSITION), chunk(b"eXIf", exif()[6:]),
                      chunk(b"zTXt", b"More\0\0" + zlib.compress(POSITION)),
                      chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + POSITION),
                      chunk(b"tIME", bytes([7, 228, 9, 1, 8, 0, 0])), chunk(b"prIv", POSITION)], behind=POSITION, **more)


def chunks(content):
    """(name, data) of each chunk, check sums looked at."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
    at, found = 8, []
    while at < len(content):
        length = struct.unpack(">I", content[at:at + 4])[0]
        name, data = content[at + 4:at + 8], content[at + 8:at + 8 + length]
        assert struct.unpack(">I", content[at + 8 + length:at + 12 + length])[0] == zlib.crc32(name + data)
        found.append((name, data))
        at += 12 + length
    return found


def pdf(text="a paper"):
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n% " + text.encode() + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"
