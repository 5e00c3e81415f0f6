"""Photos and filters as members send them: what cannot be used is said, and costs nobody anything.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Permission
from tests.support.scripted_api import Answer
from tests.support.workshop import photo_bytes

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEIC = Path(__file__).parents[1] / "unit" / "bot" / "red_over_blue.heic"  # with a note in EXIF
RED, BLUE = (200, 30, 30), (30, 30, 200)
FILTERS = [
    {"id": "12", "name": "Cyberpunk Neon"},
    {"id": "13", "name": "Noir Detective"},
    {"id": "14", "name": "Noir Portrait"},
]
UUID = "3f2b8c1e-6f0a-4d3b-9a55-0c2d7e8f9a10"
POST = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), filters=FILTERS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    return house.open_booth()


def two_colours(**options: object) -> bytes:
    """A photo that is red above and blue below."""
    image = Image.new("RGB", (64, 96), RED)
    image.paste(BLUE, (0, 48, 64, 96))
    out = io.BytesIO()
    image.save(out, **{"format": "PNG", **options})  # type: ignore[arg-type]
    return out.getvalue()


def lying_on_its_side() -> bytes:
    """The same photo as a phone stores it when held upright: turned, with a note to turn it."""
    with Image.open(io.BytesIO(two_colours())) as upright:
        turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn it clockwise by a quarter
    exif[0x010F] = "A phone of somebody"
    out = io.BytesIO()
    turned.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of 50 kB that unfolds to 400 megapixels."""
    side = 20_000
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((side // 8 + 1) * side))
    chunks = [(b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def is_close(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(one - other) < 12 for one, other in zip(seen, wanted, strict=True))


UNUSABLE = {
    "text": (b"this is not a photo", "cannot read this file as a photo"),
    "half": (photo_bytes(size=(640, 960))[:1500], "cannot read this file as a photo"),
    "gif": (two_colours(format="GIF"), "cannot read this file as a photo"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot read this file as a photo"),
    "bomb": (bomb(), "I take up to 50 megapixels"),
}


@pytest.mark.parametrize("name", UNUSABLE)
async def test_a_file_that_is_no_usable_photo(booth: PhotoBooth, house: House, name: str) -> None:
    data, sentence = UNUSABLE[name]
    sent_before, photos_before = len(house.api.submissions), booth.photos()
    ordered = await booth.order(photo=data)

    answer = await booth.text(ordered, sentence)
    assert answer.ephemeral
    assert booth.discord.messages(booth.channel) == [answer]
    assert booth.accounts() == []
    assert booth.photos() == photos_before
    assert len(house.api.submissions) == sent_before


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"", "cannot read this file as a photo", id="empty"),
        pytest.param(b"\xff\xd8" + bytes(60 * 2**20), "I take up to 20 MB", id="60 MB"),
    ],
)
async def test_a_file_of_an_impossible_size_is_not_even_fetched(
    booth: PhotoBooth, data: bytes, sentence: str
) -> None:
    fetched = booth.discord.fail("GET", f"/cdn/*/{booth.channel.id}/*", status=500, times=None)
    asked = await booth.ask(photo=data)

    assert asked.ephemeral
    assert sentence in asked.message.text()  # type: ignore[union-attr]
    assert booth.accounts() == []
    assert fetched.hits == 0


async def test_a_photo_that_discord_has_lost(booth: PhotoBooth) -> None:
    asked = await booth.ask()
    booth.discord.fail("GET", f"/cdn/*/{booth.channel.id}/*", status=404, times=None)
    agreed = await booth.agree(asked)

    answer = await booth.text(agreed, "cannot read this file as a photo")
    assert answer.ephemeral
    assert booth.accounts() == []


UPRIGHT = {
    "png": two_colours(),
    "palette": two_colours(format="PNG", bits=2),
    "webp": two_colours(format="WEBP", lossless=True),
    "rotated": lying_on_its_side(),
    "heic": HEIC.read_bytes(),
}


@pytest.mark.parametrize("name", UPRIGHT)
async def test_what_is_sent_is_an_upright_jpeg_without_metadata(
    booth: PhotoBooth, house: House, name: str
) -> None:
    await booth.picture(await booth.order(photo=UPRIGHT[name], filename=f"IMG.{name}"))

    with Image.open(io.BytesIO(house.api.submissions[-1].photo)) as sent:
        assert (sent.format, sent.mode, sent.size) == ("JPEG", "RGB", (64, 96))
        assert is_close(sent.getpixel((32, 10)), RED)
        assert is_close(sent.getpixel((32, 86)), BLUE)
        assert not sent.getexif()


@pytest.mark.parametrize(
    ("typed", "filter_id"),
    [
        ("cyberpunk NEON ", 12),
        ("neon", 12),
        ("Detective", 13),
        ("14", 14),
        (UUID, UUID),
    ],
)
async def test_a_filter_may_be_named_in_many_ways(
    booth: PhotoBooth, house: House, typed: str, filter_id: object
) -> None:
    await booth.picture(await booth.order(filter=typed))
    assert house.api.submissions[-1].fields["filter_id"] == filter_id


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"filter": "noir"}, "Did you mean Noir Detective or Noir Portrait?"),
        ({"filter": "Cyberpnk Noen"}, "Did you mean Cyberpunk Neon?"),
        ({"filter": "xyzzy"}, "pick one from the list"),
        ({"filter": "99"}, "I know no such filter"),
        ({"filter": UUID[:-1]}, "I know no such filter"),
        ({"filter": "@everyone <@1>"}, "I know no such filter"),
    ],
)
async def test_an_unknown_filter(
    booth: PhotoBooth, options: dict[str, object], sentence: str
) -> None:
    asked = await booth.ask(**options)  # type: ignore[arg-type]
    assert asked.ephemeral
    assert sentence in asked.message.text()  # type: ignore[union-attr]
    assert booth.accounts() == []


async def test_a_group_needs_a_filter_of_the_list(booth: PhotoBooth) -> None:
    ordered = await booth.order(filter=UUID, who="Group")
    answer = await booth.text(ordered, "works with one person only")
    assert answer.ephemeral
    assert booth.accounts() == []


def no(status: int, **body: object) -> Answer:
    return Answer(status=status, body=body)


REFUSALS = {
    "invalid photo": (no(400, error="INVALID_IMAGE"), "could not be used"),
    "no face": (no(400, error="INVALID_IMAGE", problem="NO_FACE"), "not find a face"),
    "small face": (no(400, detail="INVALID_IMAGE", problem="FACE_TOO_SMALL"), "is too small"),
    "faces": (no(400, code="INVALID_IMAGE", problem="TOO_MANY_FACES"), "more faces than"),
    "large": (no(413, detail="Payload Too Large"), "The photo is too large"),
    "blocked": (no(422, detail={"code": "FILTER_BLOCKED"}), "does not work for this choice"),
    "gone": (no(422, error="FILTER_NOT_FOUND"), "no longer available"),
    "workflow": (no(422, detail=[{"msg": "WORKFLOW_FETCH_FAILED"}]), "cannot be loaded just now"),
    "quality": (no(422, error={"code": "INVALID_QUALITY_MODE"}), "did not accept the request"),
    "undocumented": (no(418, detail="I am a teapot"), "did not accept the request"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_the_api_refuses(booth: PhotoBooth, house: House, name: str) -> None:
    answer, sentence = REFUSALS[name]
    paid = house.api.paid
    house.api.on_submit(answer)
    ordered = await booth.order()

    card = await booth.text(ordered, sentence)
    assert card is ordered.original
    assert "It does not count against your quota." in card.text()
    assert card.labels() == ["Again", "Delete"]
    assert booth.accounts() == [("failed", "returned", "returned")]
    assert house.api.paid == paid


ENDINGS: dict[str, tuple[dict[str, object], str]] = {
    "failed": ({"status": "FAILED", "error": "out of memory"}, "could not make this picture"),
    "cancelled": ({"status": "CANCELLED"}, "cancelled it"),
    "late": ({"status": "TIMED_OUT"}, "took too long"),
    "empty": ({"status": "COMPLETED", "output": {"images": []}}, "sent nothing I can show"),
    "garbage": ({"status": "COMPLETED", "output": {"images": ["QUJD"]}}, "nothing I can show"),
}


@pytest.mark.parametrize("name", ENDINGS)
async def test_a_job_that_was_paid_for_in_vain(booth: PhotoBooth, house: House, name: str) -> None:
    body, sentence = ENDINGS[name]
    house.api.on_status(Answer(body=body))
    card = await booth.text(await booth.order(), sentence)

    assert "It does not count against your quota." in card.text()
    assert booth.accounts() == [("failed", "returned", "spent")]


async def test_an_answer_that_says_nothing_is_not_sent_again(
    booth: PhotoBooth, house: House
) -> None:
    sent_before = len(house.api.submissions)
    house.api.on_submit(Answer(status=502, body="Bad Gateway"))
    card = await booth.text(await booth.order(), "I will not send it twice")

    assert "It does not count against your quota." in card.text()
    assert booth.accounts() == [("unconfirmed", "returned", "held")]
    assert len(house.api.submissions) == sent_before + 1


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [
        pytest.param(POST, "I lack Attach Files.", id="attach"),
        pytest.param(
            Permission.VIEW_CHANNEL | Permission.ATTACH_FILES, "I lack Send Messages.", id="send"
        ),
        pytest.param(
            Permission(0), "I lack View Channel and Send Messages and Attach Files.", id="all"
        ),
    ],
)
async def test_where_the_bot_may_not_post(
    booth: PhotoBooth, allowed: Permission, missing: str
) -> None:
    booth.discord.set_permissions(booth.channel, bot=allowed)
    asked = await booth.ask()
    assert asked.ephemeral
    assert missing in asked.message.text()  # type: ignore[union-attr]
    worded = await booth.imagine("a lighthouse")
    assert missing in worded.message.text()  # type: ignore[union-attr]

    ordered = await booth.order(private=True)
    card = await booth.picture(ordered)
    assert card.ephemeral
    await booth.accounted(("delivered", "spent", "spent"))
    assert booth.posted() == []
