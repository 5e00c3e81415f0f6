"""The ladder of sizes, with real pictures of the kind that makes it climb down."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageFilter

from bot.services.sizes import LONGEST_WEBP_SIDE, Sized, fit

MIB = 2**20


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(size: tuple[int, int], *, mode: str = "RGB") -> Image.Image:
    """A picture that no encoder can make small."""
    pixels = random.Random(1).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, pixels)


def opened(sized: Sized) -> Image.Image:
    return Image.open(io.BytesIO(sized.data))


@pytest.fixture(scope="module")
def large() -> bytes:
    """A PNG of 12 MB."""
    data = encode(noise((2050, 2050)), "PNG", compress_level=1)
    assert len(data) > 12_000_000
    return data


@pytest.mark.parametrize(
    ("limit", "suffix", "side"),
    [(10 * MIB, ".jpg", 2050), (4 * MIB, ".jpg", 2050), (MIB, ".webp", 1025)],
)
def test_no_more_is_given_up_than_has_to_be(
    large: bytes, limit: int, suffix: str, side: int
) -> None:
    sized = fit(large, limit=limit)
    assert (sized.suffix, sized.whole) == (suffix, False)
    assert limit // 4 < len(sized.data) <= limit
    assert opened(sized).size == (side, side)


def test_a_wastefully_packed_png_is_packed_anew_and_loses_no_pixel() -> None:
    picture = noise((600, 600)).filter(ImageFilter.GaussianBlur(4))
    data = encode(picture, "PNG", compress_level=1)
    packed = encode(picture, "PNG", compress_level=6)
    assert len(packed) < len(data)
    sized = fit(data, limit=len(packed))
    assert (sized.suffix, sized.whole) == (".png", True)
    assert opened(sized).tobytes() == picture.tobytes()


def test_transparent_parts_stay_transparent() -> None:
    picture = noise((300, 300), mode="RGBA")
    sized = fit(encode(picture, "PNG"), limit=100_000)
    assert sized.suffix == ".webp"
    assert opened(sized).mode == "RGBA"


def test_an_alpha_channel_that_hides_nothing_is_no_transparency() -> None:
    picture = noise((300, 300))
    picture.putalpha(255)
    sized = fit(encode(picture, "PNG"), limit=100_000)
    assert (sized.suffix, opened(sized).mode) == (".jpg", "RGB")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_what_came_small_in_kind_is_only_made_smaller(kind: str) -> None:
    data = encode(noise((500, 500)), kind, quality=98)
    sized = fit(data, limit=len(data) - 1)
    assert len(sized.data) < len(data)
    assert opened(sized).size == (500, 500)


def test_colours_keep_their_profile() -> None:
    picture = noise((300, 300))
    data = encode(picture, "PNG", icc_profile=b"a profile of colours")
    for limit in (200_000, 20_000):
        assert opened(fit(data, limit=limit)).info["icc_profile"] == b"a profile of colours"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_kind_of_png_gets_smaller(mode: str) -> None:
    size = (400, 400)
    grey = noise(size).convert("L")
    picture = Image.new("I;16", size, 30_000) if mode == "I;16" else grey.convert(mode)
    data = encode(picture, "PNG", compress_level=0)
    sized = fit(data, limit=len(data) // 4)
    assert len(sized.data) <= len(data) // 4
    assert max(opened(sized).size) <= 400


def test_a_side_longer_than_webp_knows() -> None:
    data = encode(noise((LONGEST_WEBP_SIDE + 200, 40)), "PNG")
    sized = fit(data, limit=100_000)
    assert len(sized.data) <= 100_000
    assert max(opened(sized).size) < LONGEST_WEBP_SIDE


def test_a_limit_that_nothing_meets_ends_with_the_smallest(large: bytes) -> None:
    assert len(fit(large, limit=10).data) < 20_000
