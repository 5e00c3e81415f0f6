"""What organisers upload for their pictures is checked before it is decoded, and told kindly."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from bot.artwork_errors import ArtworkProblem, FrameRejected, LogoRejected
from bot.messages import describe
from bot.services.events.artwork import FRAME_BYTES, check_frame, check_logo
from tests.support.artwork import bordered, decoded, encoded, picture
from tests.support.pngs import png

CLEAR = (0, 0, 0, 0)


def _speckled() -> Image.Image:
    """A frame with many holes of a pixel each: not an opening."""
    frame = Image.new("RGBA", (600, 600), "red")
    for at in range(0, 600, 20):
        for y in range(0, 600, 20):
            frame.putpixel((at, y), CLEAR)
    return frame


def _narrow_opening() -> Image.Image:
    return bordered(600, 900, border=250, foot=250)


def _header_only(width: int, height: int) -> bytes:
    """A PNG that says it is huge and holds no pixels: whoever decodes it fails otherwise."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"x")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _animated(kind: str) -> bytes:
    frames = [bordered(600, 900), bordered(600, 900, border=100)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


FRAMES = [
    pytest.param(encoded(picture(), "JPEG"), ArtworkProblem.NOT_PNG, id="jpeg"),
    pytest.param(b"no picture at all", ArtworkProblem.NOT_PNG, id="text"),
    pytest.param(b"", ArtworkProblem.NOT_PNG, id="nothing"),
    pytest.param(encoded(bordered())[:2000], ArtworkProblem.NOT_PNG, id="cut off"),
    pytest.param(_animated("PNG"), ArtworkProblem.ANIMATED, id="animated"),
    pytest.param(bytes(FRAME_BYTES + 1), ArtworkProblem.TOO_MANY_BYTES, id="bytes"),
    pytest.param(_header_only(6000, 6000), ArtworkProblem.TOO_MANY_PIXELS, id="pixels"),
    pytest.param(_header_only(60_000, 60_000), ArtworkProblem.TOO_MANY_PIXELS, id="bomb"),
    pytest.param(encoded(bordered(300, 450)), ArtworkProblem.TOO_SMALL, id="small"),
    pytest.param(encoded(bordered(500, 1600)), ArtworkProblem.TOO_OBLONG, id="oblong"),
    pytest.param(png(width=600, height=900), ArtworkProblem.OPAQUE, id="no alpha"),
    pytest.param(
        encoded(Image.new("RGBA", (600, 900), "red")), ArtworkProblem.OPAQUE, id="opaque alpha"
    ),
    pytest.param(encoded(_speckled()), ArtworkProblem.OPAQUE, id="specks"),
    pytest.param(encoded(_narrow_opening()), ArtworkProblem.HARDLY_CLEAR, id="narrow"),
    pytest.param(encoded(Image.new("RGBA", (600, 900))), ArtworkProblem.EMPTY, id="empty"),
]


@pytest.mark.parametrize(("data", "problem"), FRAMES)
def test_a_frame_that_cannot_be_used_is_refused_with_what_is_wrong(
    data: bytes, problem: ArtworkProblem
) -> None:
    with pytest.raises(FrameRejected) as refused:
        check_frame(data)
    assert refused.value.problem is problem
    words = describe(refused.value)
    assert "frame" in words
    assert "{" not in words


LOGOS = [
    pytest.param(b"no picture at all", ArtworkProblem.UNREADABLE, id="text"),
    pytest.param(_animated("WEBP"), ArtworkProblem.ANIMATED, id="animated"),
    pytest.param(bytes(5 * 2**20), ArtworkProblem.TOO_MANY_BYTES, id="bytes"),
    pytest.param(_header_only(6000, 6000), ArtworkProblem.TOO_MANY_PIXELS, id="pixels"),
    pytest.param(png(width=20, height=200), ArtworkProblem.TOO_SMALL, id="small"),
    pytest.param(encoded(Image.new("RGBA", (200, 200))), ArtworkProblem.EMPTY, id="empty"),
]


@pytest.mark.parametrize(("data", "problem"), LOGOS)
def test_a_logo_that_cannot_be_used_is_refused_with_what_is_wrong(
    data: bytes, problem: ArtworkProblem
) -> None:
    with pytest.raises(LogoRejected) as refused:
        check_logo(data)
    assert refused.value.problem is problem
    words = describe(refused.value)
    assert "logo" in words
    assert "{" not in words


def test_a_frame_is_kept_without_what_else_its_file_held() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Somebody's name")
    frame = check_frame(encoded(bordered(2400, 3600), pnginfo=notes))
    assert b"Somebody" not in frame.data
    assert (frame.width, frame.height) == (1200, 1800)
    assert decoded(frame.data).mode == "RGBA"


def test_a_frame_with_a_palette_keeps_its_transparency() -> None:
    palette = bordered().quantize(16)
    frame = check_frame(encoded(palette, transparency=palette.getpixel((600, 900))))
    assert decoded(frame.data).getchannel("A").getpixel((600, 900)) == 0


def test_a_logo_loses_its_transparent_edges() -> None:
    drawn = Image.new("RGBA", (600, 600))
    drawn.paste((255, 0, 0, 255), (100, 200, 500, 400))
    logo = check_logo(encoded(drawn))
    assert (logo.width, logo.height) == (400, 200)
