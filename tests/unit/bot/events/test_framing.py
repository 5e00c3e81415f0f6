"""Pictures in frames and on prints: what is seen of the picture, and how the frame fits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.framing import Framing
from bot.services.events.printing import INK, PAPER
from faceswap.models import Ratio
from tests.support.artwork import GOLD, GREEN, PURPLE, bordered, decoded, encoded, picture


def _near(one: object, other: tuple[int, int, int], *, by: int = 12) -> bool:
    assert isinstance(one, tuple)
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=False))


def _flat(ratio: Ratio) -> bytes:
    return encoded(Image.new("RGB", ratio.size, GREEN))


def _width_of(image: Image.Image, y: int, colour: tuple[int, int, int]) -> list[int]:
    return [x for x in range(image.width) if _near(image.getpixel((x, y)), colour, by=40)]


@pytest.fixture
def framing(tmp_path: Path) -> Framing:
    return Framing(ArtworkStore(tmp_path))


async def test_without_frame_and_caption_a_picture_stays_as_it_came(framing: Framing) -> None:
    data = encoded(picture(), "WEBP")
    framed = await framing.compose(data, caption="  ")
    assert framed.data is data
    assert (framed.width, framed.height, framed.suffix) == (300, 450, ".webp")


async def test_a_huge_picture_is_shrunk_before_it_is_framed(framing: Framing) -> None:
    huge = encoded(Image.new("RGB", (4000, 6000), GREEN), "JPEG")
    framed = await framing.compose(huge, frame=encoded(bordered()))
    assert (framed.width, framed.height) == (1600, 2400)


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("shape", [(1200, 1800), (1800, 1200), (1000, 1000)])
async def test_a_frame_keeps_its_border_on_pictures_of_any_shape(
    framing: Framing, ratio: Ratio, shape: tuple[int, int]
) -> None:
    frame = encoded(bordered(*shape, border=60, foot=180))
    framed = await framing.compose(_flat(ratio), frame=frame)
    image = decoded(framed.data)
    assert image.size == ratio.size == (framed.width, framed.height)
    middle = _width_of(image, image.height // 2, PURPLE)
    left = sum(1 for x in middle if x < image.width // 2)
    right = len(middle) - left
    assert abs(left - right) <= 2
    top = sum(_near(image.getpixel((image.width // 2, y)), PURPLE, by=40) for y in range(300))
    assert abs(left - top) <= 3, "as thick at the side as above"
    assert 20 <= left <= 90
    assert _near(image.getpixel((image.width // 2, image.height // 2)), GREEN)


@pytest.mark.parametrize("ratio", [Ratio.LANDSCAPE, Ratio.SQUARE])
async def test_round_ornaments_stay_round_on_pictures_of_another_shape(
    framing: Framing, ratio: Ratio
) -> None:
    frame = encoded(bordered(border=80, foot=300, ball=50))
    image = decoded((await framing.compose(_flat(ratio), frame=frame)).data)
    gold = Image.new("RGB", image.size, GOLD)
    far = ImageChops.difference(image, gold).convert("L").point(lambda value: 255 * (value < 40))
    corner = far.crop((0, 0, image.width // 4, image.height // 4)).getbbox()
    assert corner is not None
    left, top, right, bottom = corner
    assert abs((right - left) - (bottom - top)) <= 3
    assert right - left >= 40


async def test_letters_below_the_opening_are_not_pulled_apart(framing: Framing) -> None:
    drawn = bordered(border=60, foot=300)
    pen = ImageDraw.Draw(drawn)
    for x in range(220, 1000, 100):
        pen.rectangle((x, 1600, x + 59, 1659), fill=(*GOLD, 255))
    image = decoded((await framing.compose(_flat(Ratio.LANDSCAPE), frame=encoded(drawn))).data)
    below = range(image.height * 3 // 4, image.height, 5)
    gold = max((_width_of(image, y, GOLD) for y in below), key=len)
    pitch = (gold[-1] - gold[0] + 1) / 7.6
    letter = len(gold) / 8
    assert letter / pitch == pytest.approx(0.6, abs=0.06)
    assert (gold[0] + gold[-1]) / 2 == pytest.approx(image.width / 2, abs=4)


async def test_the_opening_shows_the_picture_and_the_whole_of_it_where_the_shapes_agree(
    framing: Framing,
) -> None:
    shown = picture(1200, 1800)
    framed = await framing.compose(encoded(shown), frame=encoded(bordered(border=60, foot=90)))
    image = decoded(framed.data)
    seen = image.crop((60, 60, 1140, 1710))
    assert _near(seen.getpixel((5, 10)), (0, 90, 200), by=16), "the first stripe is not cut off"
    assert _near(seen.getpixel((1070, 10)), (210, 90, 200), by=16), "nor is the last"
    assert _near(seen.getpixel((540, 1600)), GREEN)


async def test_small_holes_show_paper_and_a_scattered_frame_shows_the_whole_picture(
    framing: Framing,
) -> None:
    corners = bordered()
    ImageDraw.Draw(corners).rectangle((0, 0, 59, 59), fill=(0, 0, 0, 0))
    image = decoded((await framing.compose(_flat(Ratio.PORTRAIT), frame=encoded(corners))).data)
    assert _near(image.getpixel((20, 20)), (252, 250, 246))
    confetti = Image.new("RGBA", (1200, 1800))
    for at in range(40, 1200, 80):
        ImageDraw.Draw(confetti).rectangle((at, 30, at + 30, 50), fill="red")
    shown = await framing.compose(encoded(picture(1200, 1800)), frame=encoded(confetti))
    assert _near(decoded(shown.data).getpixel((10, 10)), (0, 90, 200), by=16)


async def test_a_print_shows_every_pixel_of_its_picture(framing: Framing) -> None:
    shown = picture(400, 600)
    framed = await framing.compose(encoded(shown), caption="Summer Party")
    image = decoded(framed.data)
    margin = (image.width - 400) // 2
    assert margin > 0
    difference = ImageChops.difference(
        image.crop((margin, margin, margin + 400, margin + 600)), shown
    )
    assert difference.convert("L").point(lambda value: 255 * (value > 60)).getbbox() is None
    assert framed.height - 600 > 2 * margin, "the caption's strip is below"


@pytest.mark.parametrize(
    "caption",
    [
        "Party",
        "Mia & Ben · 15.08.2026 💍",
        "The Grand Annual Community Photo Booth Extravaganza of Everything and Everybody",
        "word " * 100,
        "x" * 300,
        "サマーパーティー二〇二六年夏祭り会場にて",
        "여름 파티 ★ 2026",
    ],
)
async def test_a_caption_stays_inside_its_strip(framing: Framing, caption: str) -> None:
    white = Image.new("RGB", (400, 600), PAPER)
    image = decoded((await framing.compose(encoded(white), caption=caption)).data).convert("L")
    strip = image.crop((0, 620, image.width, image.height))
    written = strip.point(lambda value: 255 * (value < 120)).getbbox()
    assert written is not None
    left, top, right, bottom = written
    assert left >= 14
    assert right <= image.width - 14
    assert top >= 2
    assert bottom <= strip.height - 8
    assert INK != PAPER


async def test_a_logo_stands_beside_the_caption(framing: Framing) -> None:
    logo = encoded(Image.new("RGBA", (200, 200), (255, 0, 0, 255)))
    white = encoded(Image.new("RGB", (400, 600), "white"))
    image = decoded((await framing.compose(white, logo=logo, caption="Party")).data)
    strip = image.crop((0, 622, image.width, image.height))
    red = [
        x
        for x in range(strip.width)
        if _near(strip.getpixel((x, strip.height // 2 - 7)), (255, 0, 0), by=40)
    ]
    assert 30 <= len(red) <= 70
    assert red[-1] < image.width / 2


async def test_only_letters_that_no_font_has_are_named(framing: Framing) -> None:
    assert await framing.undrawable("Party 🎉 Ünïcödé サマー Праздник 여름 ★ ♥ สวัสดี") == ""
    assert await framing.undrawable("A\U0001e900B") == "\U0001e900"


async def test_many_pictures_at_once_do_not_hold_up_the_event_loop(framing: Framing) -> None:
    data, frame = _flat(Ratio.PORTRAIT), encoded(bordered())
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await asyncio.gather(*(framing.compose(data, frame=frame) for _ in range(3)))
    counting.cancel()
    assert turns > 20


async def test_a_preview_is_a_picture_as_guests_get_it(framing: Framing) -> None:
    framed = await framing.preview(Ratio.SQUARE, caption="Party")
    assert framed.width > Ratio.SQUARE.size[0]
    assert decoded(framed.data).size == (framed.width, framed.height)
