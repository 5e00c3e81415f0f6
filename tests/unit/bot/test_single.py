from __future__ import annotations

import io
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import PhotoRejected
from bot.exits import CommandFailed
from bot.settings import Settings
from bot.single import Order, make_picture
from faceswap.errors import KeyRefused, OutcomeUnknown
from faceswap.models import Gender, Quality, Ratio
from tests.support.scripted_api import PICTURE, RESET, Answer, ScriptedAPI

KEY = "a-secret-key"


def settings_for(api: ScriptedAPI, *, key: str = KEY, **changes: timedelta) -> Settings:
    return Settings(faceswap_api_url=api.url, faceswap_api_key=key, **changes)  # type: ignore[arg-type]


def an_order(
    folder: Path, *, wanted: str = "Cyberpunk Neon", gender: Gender = Gender.GIRL
) -> Order:
    photo = folder / "me.jpg"
    if not photo.exists():
        image = io.BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "at home"
        Image.new("RGB", (40, 60), "teal").save(image, "JPEG", exif=exif)
        photo.write_bytes(image.getvalue())
    return Order(
        photo=photo,
        filter=wanted,
        gender=gender,
        out=folder / "out.png",
        ratio=Ratio.SQUARE,
        quality=Quality.FAST,
    )


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def quiet(_: str) -> None:
    pass


@pytest.mark.parametrize("wanted", ["cyberpunk neon", " 12 "])
async def test_a_filter_is_found_by_name_or_number(tmp_path: Path, wanted: str) -> None:
    order = an_order(tmp_path, wanted=wanted)
    said: list[str] = []
    async with ScriptedAPI() as api:
        await make_picture(settings_for(api), order, say=said.append)

        (call,) = api.submissions
        assert call.path == "/v6/run/face_swap"
        assert (call.fields["filter_id"], call.fields["gender"]) == (12, 3)
        assert (call.fields["ratio"], call.fields["quality_mode"]) == ("square", "v6")
        with Image.open(io.BytesIO(call.photo)) as sent:
            assert (sent.format, sent.size) == ("JPEG", (40, 60))
            assert not sent.getexif()  # a telephone writes where it was
    assert order.out.read_bytes() == PICTURE
    assert "job-1" in said[0]
    assert names_in(tmp_path) == ["me.jpg", "out.png"]  # nothing half-written


async def test_a_uuid_is_sent_although_the_list_does_not_name_it(tmp_path: Path) -> None:
    wanted = uuid.UUID(int=7)
    async with ScriptedAPI() as api:
        await make_picture(settings_for(api), an_order(tmp_path, wanted=str(wanted)), say=quiet)

        assert api.submissions[0].fields["filter_id"] == str(wanted)


@pytest.mark.parametrize("wanted", ["Cyberpnk Neon", "13", "noir"])
async def test_an_unknown_filter_costs_nothing_and_names_others(
    tmp_path: Path, wanted: str
) -> None:
    async with ScriptedAPI() as api:
        with pytest.raises(CommandFailed, match="there is: Cyberpunk Neon"):
            await make_picture(settings_for(api), an_order(tmp_path, wanted=wanted), say=quiet)

        assert api.paid == 0


@pytest.mark.parametrize("content", [b"", b"x" * (2 * 1024 * 1024)], ids=["empty", "too large"])
async def test_a_photo_that_cannot_be_used_is_refused_before_anything(
    tmp_path: Path, content: bytes
) -> None:
    order = an_order(tmp_path)
    order.photo.write_bytes(content)
    settings = Settings(max_photo_bytes=1024 * 1024)

    with pytest.raises(CommandFailed, match=r"is empty|is larger than 1 MB"):
        await make_picture(settings, order, say=quiet)


async def test_a_file_that_is_no_picture_costs_nothing(tmp_path: Path) -> None:
    order = an_order(tmp_path)
    order.photo.write_text("hello")
    async with ScriptedAPI() as api:
        with pytest.raises(PhotoRejected):
            await make_picture(settings_for(api), order, say=quiet)

        assert api.calls == []


async def test_a_place_that_cannot_be_written_is_found_before_money_is_spent(
    tmp_path: Path,
) -> None:
    order = an_order(tmp_path)
    (tmp_path / "out.png").mkdir()
    async with ScriptedAPI() as api:
        with pytest.raises(CommandFailed, match="is a folder"):
            await make_picture(settings_for(api), order, say=quiet)

        assert api.calls == []


async def test_a_failed_job_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    order = an_order(tmp_path)
    async with ScriptedAPI(finishes=False) as api:
        api.on_status(Answer(body={"id": "job-1", "status": "FAILED"}))
        with pytest.raises(CommandFailed, match="FAILED"):
            await make_picture(settings_for(api), order, say=quiet)

    assert not order.out.exists()


async def test_a_lost_status_answer_is_asked_for_again(tmp_path: Path) -> None:
    order = an_order(tmp_path)
    async with ScriptedAPI() as api:
        api.on_status(RESET)
        await make_picture(settings_for(api), order, say=quiet)

        assert api.paid == 1
    assert order.out.read_bytes() == PICTURE


async def test_a_lost_receipt_is_never_sent_again_to_an_api_that_would_charge_twice(
    tmp_path: Path,
) -> None:
    async with ScriptedAPI() as api:
        api.on_submit(RESET)
        with pytest.raises(OutcomeUnknown):
            await make_picture(settings_for(api), an_order(tmp_path), say=quiet)

        assert len(api.submissions) == 1


async def test_a_lost_receipt_is_repeated_with_the_same_key_where_that_is_safe(
    tmp_path: Path,
) -> None:
    order = an_order(tmp_path)
    async with ScriptedAPI(honours_keys=True) as api:
        api.on_submit(RESET)
        await make_picture(settings_for(api), order, say=quiet)

        first, second = (call.headers["Idempotency-Key"] for call in api.submissions)
        assert first == second
    assert order.out.read_bytes() == PICTURE


async def test_a_wrong_key_is_the_api_s_error(tmp_path: Path) -> None:
    async with ScriptedAPI() as api:
        with pytest.raises(KeyRefused):
            await make_picture(settings_for(api, key="wrong"), an_order(tmp_path), say=quiet)


async def test_waiting_ends_with_the_deadline(tmp_path: Path) -> None:
    async with ScriptedAPI(finishes=False) as api:
        settings = settings_for(api, job_deadline=timedelta(milliseconds=200))
        with pytest.raises(CommandFailed, match="knows the job as job-1"):
            await make_picture(settings, an_order(tmp_path), say=quiet)
