from __future__ import annotations

import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faceswap.models import PhotoProblem
from studio.engine import photo as photo_module
from studio.engine.photo import MAX_BYTES, decode
from studio.engine.protocol import PhotoRefused
from tests.unit.studio.engine.conftest import Saver

HEIC = Path(__file__).parent / "quadrants.heic"


def quadrants(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Red and green above, blue and white below: every turn shows."""
    image = Image.new("RGB", size, "white")
    half = (size[0] // 2, size[1] // 2)
    image.paste("red", (0, 0, *half))
    image.paste("green", (half[0], 0, size[0], half[1]))
    image.paste("blue", (0, half[1], half[0], size[1]))
    return image


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """The four quadrants' colours, rounded so that JPEG's losses do not matter."""
    height, width = pixels.shape[:2]
    at = [(height // 4, width // 4), (height // 4, width * 3 // 4)]
    at += [(height * 3 // 4, width // 4), (height * 3 // 4, width * 3 // 4)]
    return [tuple(round(v / 128) for v in pixels[row, column]) for row, column in at]


UPRIGHT = [(2, 0, 0), (0, 1, 0), (0, 0, 2), (2, 2, 2)]


def refused(photo: bytes) -> PhotoRefused:
    with pytest.raises(PhotoRefused) as caught:
        decode(photo, max_side=1000)
    return caught.value


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes whose header claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"just some words, no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        bytes(range(256)) * 40,
    ],
    ids=["empty", "zero", "text", "svg", "jpeg", "png", "webp", "heic", "noise"],
)
def test_what_is_no_picture_is_refused_as_such(content: bytes) -> None:
    assert refused(content).problem is PhotoProblem.NOT_AN_IMAGE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_file_is_refused(
    kind: str, share: float, bear: Image.Image, save: Saver
) -> None:
    whole = save(bear, kind)
    assert refused(whole[: int(len(whole) * share)]).problem is PhotoProblem.NOT_AN_IMAGE


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_by_its_header(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(*args: object, **options: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr(photo_module, "_upright_rgb", decoded)
    assert refused(png_claiming(*size)).problem is PhotoProblem.TOO_LARGE


def test_a_file_over_the_byte_limit_is_refused_before_it_is_opened() -> None:
    assert refused(bytes(MAX_BYTES + 1)).problem is PhotoProblem.TOO_LARGE


def test_gif_is_refused(save: Saver) -> None:
    refusal = refused(save(quadrants(), "GIF"))
    assert refusal.problem is PhotoProblem.NOT_AN_IMAGE
    assert "JPEG, PNG, WebP or HEIC" in refusal.detail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_formats_members_send_are_read(kind: str, save: Saver) -> None:
    assert corners(decode(save(quadrants(), kind), max_side=200).pixels) == UPRIGHT


def test_heic_is_read() -> None:
    assert corners(decode(HEIC.read_bytes(), max_side=200).pixels) == UPRIGHT


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16", "1"])
def test_every_colour_mode_becomes_rgb(mode: str, save: Saver) -> None:
    grey = Image.linear_gradient("L").resize((64, 64))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    else:
        image = grey.convert("RGB").convert(mode) if mode in {"CMYK", "P"} else grey.convert(mode)
    content = save(image, "JPEG" if mode == "CMYK" else "PNG")
    pixels = decode(content, max_side=200).pixels
    assert pixels.shape == (64, 64, 3)
    assert pixels.dtype == np.uint8
    assert pixels[:8].mean() < 30  # dark above, light below
    assert pixels[-8:].mean() > 225


def test_what_is_transparent_becomes_white(save: Saver) -> None:
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 20, 40))
    pixels = decode(save(image, "PNG"), max_side=100).pixels
    assert tuple(pixels[20, 5]) == (255, 0, 0)
    assert tuple(pixels[20, 35]) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotation_tag_gives_the_upright_picture(orientation: int, save: Saver) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = quadrants().transpose(undo[orientation]) if orientation > 1 else quadrants()
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode(save(stored, "JPEG", exif=exif), max_side=200)
    assert decoded.pixels.shape == (64, 96, 3)
    assert corners(decoded.pixels) == UPRIGHT


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_photos_are_reduced_and_say_by_how_much(kind: str, save: Saver) -> None:
    decoded = decode(save(quadrants((1600, 1200)), kind), max_side=400)
    assert decoded.pixels.shape == (300, 400, 3)
    assert decoded.reduction == pytest.approx(4)
    assert corners(decoded.pixels) == UPRIGHT


def test_small_photos_are_not_enlarged(save: Saver) -> None:
    decoded = decode(save(quadrants(), "PNG"), max_side=4000)
    assert decoded.pixels.shape == (64, 96, 3)
    assert decoded.reduction == 1


def test_a_refusal_crosses_process_borders() -> None:
    refusal = pickle.loads(pickle.dumps(refused(b"")))  # noqa: S301
    assert (refusal.problem, refusal.detail) == (PhotoProblem.NOT_AN_IMAGE, "the file is empty")
