"""COMPLETED, and what then comes as a picture: only what can be shown is shown."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from tests.support.pngs import png
from tests.support.scripted_api import PICTURE, Answer, Script
from tests.tables.api_row import APIRow, completed, encoded, said
from tests.tables.row import Said, delivered, failed

NOTHING = "sent nothing I can show"
OTHER = png(colour=(20, 90, 200))


def _lines(text: str) -> str:
    return "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))


def _image(kind: str, *, mode: str = "RGB", size: tuple[int, int] = (8, 12)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def _declared(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header
    chunk += struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return b"\x89PNG\r\n\x1a\n" + chunk + OTHER[33:]


def _none(does: str, answer: Answer, log: str) -> APIRow:
    why = Said("WARNING", f"ended without a usable picture: {log}")
    return APIRow(does=does, script=Script(status=(answer,)), outcome=failed(NOTHING, log=(why,)))


def _shown(
    does: str,
    *images: object,
    picture: bytes = PICTURE,
    others: tuple[bytes, ...] = (),
    log: str = "",
) -> APIRow:
    said_of_others = (Said("WARNING", log),) if log else ()
    return APIRow(
        does=does,
        script=Script(status=(completed(*images),)),
        outcome=delivered(log=said_of_others),
        picture=picture,
        others=others,
    )


_ABSENT = (
    _none("COMPLETED without output", said("COMPLETED"), "COMPLETED without images"),
    _none("output: null", said("COMPLETED", output=None), "COMPLETED without images"),
    _none("output as a list", said("COMPLETED", output=[encoded(PICTURE)]), "COMPLETED without"),
    _none("no picture in the list", completed(), "COMPLETED without images"),
    _none(
        "one picture, not a list", said("COMPLETED", output={"images": "x"}), "COMPLETED without"
    ),
    _none("null as picture", completed(None), "an image that is empty or no text"),
    _none("a picture of no bytes", completed(""), "an image that is empty or no text"),
    _none("an object as picture", completed({"url": "x"}), "an image that is empty or no text"),
)

_NOT_PICTURES = (
    _none("not base64", completed("!!!"), ""),
    _none("base64 cut off by one", completed(encoded(PICTURE)[:-1]), ""),
    _none("base64 for addresses: - and _", completed("-_" * 200), ""),
    _none("a URL to nowhere", completed("http://127.0.0.1:9/picture.png"), ""),
    _none("a URL of the API itself: nothing is fetched", completed("/v6/picture/7.png"), ""),
    _none("HTML", completed(encoded(b"<html>Bad Gateway</html>")), "neither PNG, JPEG nor WebP"),
    _none("text", completed(encoded(b"here you are")), "neither PNG, JPEG nor WebP"),
    _none("SVG", completed(encoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>")), "neither PNG"),
    _none("a GIF", completed(encoded(_image("GIF"))), "neither PNG"),
    _none("a TIFF", completed(encoded(_image("TIFF"))), "neither PNG"),
    _none("the first bytes of a PNG", completed(encoded(PICTURE[:8])), ""),
    _none("a PNG cut off half-way", completed(encoded(png(width=300, height=300)[:90])), ""),
    _none("a PNG with a broken chunk", completed(encoded(PICTURE.replace(b"IDAT", b"IDxT"))), ""),
    _none("a PNG of 30,000 × 30,000 pixels", completed(encoded(_declared(30_000, 30_000))), ""),
    _none("a PNG of 9,000 × 9,000 pixels", completed(encoded(_declared(9_000, 9_000))), "9000x"),
    _none("a PNG of 0 × 0 pixels", completed(encoded(_declared(0, 0))), ""),
    _none("only a JPEG's signature", completed(encoded(b"\xff\xd8\xff\xe0 and no more")), ""),
    _none(
        "a picture of 45 MB",
        completed(encoded(png(at_least_bytes=45 * 2**20))),
        "a picture above",
    ),
)

_PICTURES = (
    _shown("a `data:` URL", "data:image/png;base64," + encoded(PICTURE)),
    _shown("base64 in lines", _lines(encoded(PICTURE))),
    _shown("base64 in quotes", f'"{encoded(PICTURE)}"'),
    _shown("a JPEG", encoded(_image("JPEG")), picture=_image("JPEG")),
    _shown("a WebP", encoded(_image("WEBP")), picture=_image("WEBP")),
    _shown("a PNG in grey with transparency", encoded(_image("PNG", mode="LA")),
           picture=_image("PNG", mode="LA")),
    _shown("two pictures: both are shown", encoded(OTHER), encoded(PICTURE),
           picture=OTHER, others=(PICTURE,)),
    _shown(
        "a broken picture and a good one",
        "!!!",
        encoded(PICTURE),
        log="kept 1 of 2 pictures",
    ),
    _shown(
        "six pictures: four are shown",
        *[encoded(PICTURE)] * 6,
        others=(PICTURE,) * 3,
        log="kept 4 of 6 pictures",
    ),
    _shown(
        "a text that only looks like a picture, and then a good one",
        encoded(b"\xff\xd8\xff\xe0 and no more"),
        encoded(OTHER),
        picture=OTHER,
        log="one of its pictures cannot be used",
    ),
)  # fmt: skip

ROWS = (*_ABSENT, *_NOT_PICTURES, *_PICTURES)
