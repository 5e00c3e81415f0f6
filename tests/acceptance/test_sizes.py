"""Pictures that Discord takes in a smaller form only, and how their members get the original."""

from __future__ import annotations

import io
import random
from collections.abc import AsyncGenerator, Iterator

import pytest
import pytest_asyncio
from PIL import Image

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Message
from tests.support.pngs import png
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
UNDELIVERABLE = ("undeliverable", "spent", "spent")
MIB = 2**20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def noise() -> bytes:
    """A PNG of 12 MB that is large as a JPEG, too."""
    image = Image.frombytes("RGB", (2050, 2050), random.Random(1).randbytes(3 * 2050 * 2050))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


@pytest.fixture
def booth(house: House) -> Iterator[PhotoBooth]:
    limits = house.discord.limits
    ordinary = limits.file_bytes
    yield house.open_booth()
    limits.file_bytes, limits.named_bytes = ordinary, None


def pictures(booth: PhotoBooth) -> list[str]:
    """Return the pictures on the disk."""
    folder = booth.bot.data_dir / "pictures"
    return sorted(path.name for path in folder.iterdir() if path.is_file())


async def gone(booth: PhotoBooth) -> None:
    """Wait until no picture of alice's latest job is on the disk."""
    number = newest(booth)
    names = (f"{number}.", f"{number}_")
    await until(lambda: not any(name.startswith(names) for name in pictures(booth)), within=IN_TIME)


def newest(booth: PhotoBooth) -> int:
    ((job_id,),) = booth.query("SELECT max(id) FROM jobs WHERE user_id = ?", booth.alice.id)
    return int(job_id)


def only_file(message: Message) -> tuple[str, bytes]:
    ((name, data),) = message.files.items()
    return name, data


async def test_packed_better_it_fits_and_nothing_is_lost(house: House, booth: PhotoBooth) -> None:
    ordered, remote_id = await house.under_way(booth)
    await house.api.finish(remote_id, png(at_least_bytes=11 * MIB))

    card = await booth.picture(ordered)
    name, data = only_file(card)
    assert name == "picture.png"
    assert len(data) < 10 * MIB
    assert card.labels() == ["Again", "Delete"]
    await booth.accounted(DELIVERED)


async def test_a_smaller_form_is_posted_and_the_original_is_its_owners(
    house: House, booth: PhotoBooth, noise: bytes
) -> None:
    ordered, remote_id = await house.under_way(booth)
    await house.api.finish(remote_id, noise)
    card = await booth.picture(ordered)
    name, data = only_file(card)
    assert name == "picture.jpg"
    assert len(data) <= 10 * MIB
    assert card.labels() == ["Again", "Original", "Delete"]
    await booth.accounted(DELIVERED)

    others = await booth.press(card, "Original", user=booth.bob)
    await booth.text(others, "belongs to somebody else")
    refused = await booth.press(card, "Original")
    said = await booth.text(refused, "Discord takes at most 10.0 MB from me here")
    assert f"{len(noise) / MIB:.1f} MB" in said.text()
    assert refused.ephemeral

    house.discord.limits.named_bytes = 500 * MIB  # the member's subscription, not the bot's
    refused = await booth.press(card, "Original")
    await booth.text(refused, "Discord takes at most 10.0 MB from me here")

    house.discord.limits.file_bytes = 20 * MIB
    given = await booth.press(await booth.page("jobs"), "Original of " + str(newest(booth)))
    assert only_file(await booth.picture(given)) == ("picture.png", noise)
    assert given.ephemeral
    await booth.accounted(DELIVERED)


async def test_several_pictures_are_shown_together_and_given_whole_one_by_one(
    house: House, booth: PhotoBooth
) -> None:
    ordered, remote_id = await house.under_way(booth)
    three = [png(colour=(number, 0, 0)) for number in (10, 20, 30)]
    await house.api.finish(remote_id, *three)
    card = await booth.picture(ordered)
    assert card.files == dict(
        zip(("picture.png", "picture-2.png", "picture-3.png"), three, strict=True)
    )
    shown = [item for item in card.components[0]["components"] if "items" in item]
    assert [len(gallery["items"]) for gallery in shown] == [3]
    await booth.accounted(DELIVERED)
    await gone(booth)


async def test_several_large_pictures_share_one_request(
    house: House, booth: PhotoBooth, noise: bytes
) -> None:
    ordered, remote_id = await house.under_way(booth)
    await house.api.finish(remote_id, *[noise] * 3)
    card = await booth.picture(ordered)
    assert len(card.files) == 3
    assert sum(map(len, card.files.values())) < 25 * MIB
    assert card.labels() == ["Again", "Original", "Delete"]
    await booth.accounted(DELIVERED)
    pressed = await booth.press(card, "Original")
    await booth.text(pressed, "Discord takes at most")
    await booth.press(card, "Delete")


@pytest.mark.parametrize(("status", "code"), [(400, 40005), (413, 0)])
async def test_smaller_and_smaller_while_discord_calls_it_too_large(
    house: House, booth: PhotoBooth, noise: bytes, status: int, code: int
) -> None:
    ordered, remote_id = await house.under_way(booth)
    house.discord.limits.file_bytes = 2 * MIB  # the bot believes in 10
    path = f"/webhooks/*/{ordered.token}/messages/*"
    house.discord.fail("PATCH", path, status=status, code=code)
    await house.api.finish(remote_id, noise)

    card = await booth.picture(ordered)
    assert card is ordered.original
    name, data = only_file(card)
    assert name == "picture.webp"
    assert MIB // 2 < len(data) <= 2 * MIB
    await booth.accounted(DELIVERED)


async def test_fetched_in_a_smaller_form_where_an_interaction_promises_too_much(
    house: House, booth: PhotoBooth, noise: bytes
) -> None:
    ordered, remote_id = await house.under_way(booth, private=True)
    path = f"/webhooks/*/{ordered.token}/messages/*"
    house.discord.fail("PATCH", path, status=401, code=50027, times=None)
    house.discord.close_dms(booth.alice)
    await house.api.finish(remote_id, noise)
    await booth.accounted(UNDELIVERABLE)

    house.discord.limits.named_bytes, house.discord.limits.file_bytes = 500 * MIB, 4 * MIB
    page = await booth.page("jobs")
    (label,) = page.labels()
    fetched = await booth.press(page, label)
    card = await booth.picture(fetched)
    assert len(only_file(card)[1]) <= 4 * MIB
    assert "Original" in card.labels()
    await booth.accounted(DELIVERED)
    assert pictures(booth).count(f"{newest(booth)}.png") == 1


async def test_no_original_is_kept_where_the_operator_wants_none(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("forgetful")
    async with open_house(folder, finishes=False, ORIGINAL_KEEP_HOURS="0") as house:
        booth = house.open_booth()
        ordered, remote_id = await house.under_way(booth)
        await house.api.finish(remote_id, noise)
        card = await booth.picture(ordered)
        assert card.labels() == ["Again", "Delete"]
        await booth.accounted(DELIVERED)
        await gone(booth)
        assert "Original" not in (await booth.page("jobs")).text()
