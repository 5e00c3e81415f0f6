from __future__ import annotations

import errno
import io
import random
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import Image

from bot.services.pictures import MAX_PIXELS, MOST_PICTURES, NotAPicture, PictureStore
from tests.support.pngs import png


@pytest.fixture
def pictures(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(size: tuple[int, int], *, mode: str = "RGB") -> Image.Image:
    """A picture that no encoder can make small."""
    pixels = random.Random(1).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, pixels)


def arrive(pictures: PictureStore, data: bytes) -> Path:
    path = pictures.arrivals / "download"
    path.write_bytes(data)
    return path


PLAIN = Image.new("RGB", (40, 60), (10, 200, 90))


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")])
async def test_a_picture_is_kept_byte_for_byte_under_its_jobs_number(
    pictures: PictureStore, kind: str, suffix: str
) -> None:
    data = encode(PLAIN, kind)
    arrived = arrive(pictures, data)

    name = await pictures.keep(arrived, job_id=7)

    assert name == f"7{suffix}"
    assert pictures.path(name).read_bytes() == data
    assert not arrived.exists()


async def test_a_second_picture_of_a_job_takes_the_place_of_the_first(
    pictures: PictureStore,
) -> None:
    await pictures.keep(arrive(pictures, png(colour=(1, 2, 3))), job_id=7)
    name = await pictures.keep(arrive(pictures, png(colour=(4, 5, 6))), job_id=7)
    assert pictures.path(name).read_bytes() == png(colour=(4, 5, 6))


def header_only_png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    kind = b"IHDR"
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + kind
        + header
        + struct.pack(">I", zlib.crc32(kind + header))
    )


GARBAGE = {
    "nothing": b"",
    "text": b"Internal Server Error",
    "half-a-png": png(width=300, height=300)[:200],
    "half-a-jpeg": encode(noise((100, 100)), "JPEG")[:3000],
    "half-a-webp": encode(noise((100, 100)), "WEBP")[:3000],
    "a-png-with-wrong-pixels": png(width=99).replace(b"IDAT", b"JDAT"),
    "gif": encode(PLAIN, "GIF"),
    "tiff": encode(PLAIN, "TIFF"),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "more-pixels-than-anyone-posts": header_only_png(10_000, MAX_PIXELS // 10_000 + 1),
    "a-bomb": header_only_png(60_000, 60_000),
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
async def test_what_is_no_whole_picture_is_not_kept(
    pictures: PictureStore, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(NotAPicture):
        await pictures.keep(arrive(pictures, data), job_id=7)
    assert [path.name for path in (tmp_path / "pictures").iterdir() if path.is_file()] == []


async def test_a_damaged_picture_is_kept_or_refused_and_nothing_else(
    pictures: PictureStore,
) -> None:
    chance = random.Random(2)
    seeds = [encode(noise((30, 30)), kind) for kind in ("PNG", "JPEG", "WEBP")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(150):
            damaged = bytearray(seeds[number % 3])
            for _ in range(chance.choice((1, 3, 20))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                await pictures.keep(arrive(pictures, bytes(damaged)), job_id=number)
            except NotAPicture:
                continue


# --- small enough to be posted


async def test_a_picture_that_fits_is_given_as_it_is(pictures: PictureStore) -> None:
    data = encode(PLAIN, "PNG")
    name = await pictures.keep(arrive(pictures, data), job_id=7)
    given = await pictures.within(name, len(data))
    assert (given.suffix, given.data, given.whole) == (".png", data, True)


@pytest.mark.parametrize("limit", [400_000, 100_000, 20_000, 4_000])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
async def test_a_picture_that_is_too_large_is_made_to_fit(
    pictures: PictureStore, limit: int, mode: str
) -> None:
    data = encode(noise((500, 700), mode=mode), "PNG")
    assert len(data) > limit
    name = await pictures.keep(arrive(pictures, data), job_id=7)

    smaller = await pictures.within(name, limit)

    assert len(smaller.data) <= limit
    assert not smaller.whole
    with Image.open(io.BytesIO(smaller.data)) as image:
        assert (smaller.suffix, image.format) in {(".jpg", "JPEG"), (".webp", "WEBP")}
        assert abs(image.width / image.height - 5 / 7) < 0.02
        assert image.width <= 500
    assert pictures.path(name).read_bytes() == data


async def test_what_was_made_small_is_not_made_again_for_the_next_place(
    pictures: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await pictures.keep(arrive(pictures, encode(noise((500, 700)), "PNG")), job_id=7)
    first = await pictures.within(name, 400_000)

    def no_encoding(*_: object, **__: object) -> None:
        raise AssertionError("encoded a second time")

    monkeypatch.setattr("bot.services.pictures.fit", no_encoding)
    for limit in (400_000, len(first.data)):
        again = await pictures.within(name, limit)
        assert (again.suffix, again.data, again.whole) == (first.suffix, first.data, first.whole)
    with pytest.raises(AssertionError, match="second time"):
        await pictures.within(name, len(first.data) - 1)
    with pytest.raises(AssertionError, match="second time"):  # it may look better than that
        await pictures.within(name, 500_000)


async def test_smaller_copies_go_with_the_picture_and_with_the_process(
    pictures: PictureStore, tmp_path: Path
) -> None:
    copies = tmp_path / "pictures" / "smaller"
    for number in (7, 77):
        await pictures.keep(arrive(pictures, encode(noise((100, 100)), "PNG")), job_id=number)
        for limit in (20_000, 5_000):
            await pictures.within(f"{number}.png", limit)
    assert len(list(copies.iterdir())) == 4
    await pictures.delete("7.png")
    assert {path.name.partition("-")[0] for path in copies.iterdir()} == {"77"}
    PictureStore(tmp_path / "pictures")
    assert list(copies.iterdir()) == []


async def test_a_picture_that_is_gone_has_no_size(pictures: PictureStore) -> None:
    with pytest.raises(FileNotFoundError):
        await pictures.within("7.png", 1000)
    with pytest.raises(FileNotFoundError):
        await pictures.sizes("7.png")


# --- several of one job


async def keep_three(pictures: PictureStore) -> list[bytes]:
    datas = [encode(noise((side, 40)), "PNG") for side in (40, 50, 60)]
    paths = []
    for number, data in enumerate(datas):
        paths.append(pictures.arrivals / f"download-{number}")
        paths[-1].write_bytes(data)
    assert await pictures.keep_all(paths, job_id=7) == "7.png"
    assert list(pictures.arrivals.iterdir()) == []
    return datas


async def test_several_pictures_are_kept_in_their_order_and_share_what_a_request_may_have(
    pictures: PictureStore,
) -> None:
    datas = await keep_three(pictures)
    given = await pictures.all_within("7.png", each=10**6, together=10**6)
    assert [sized.data for sized in given] == datas
    assert await pictures.sizes("7.png") == tuple(map(len, datas))

    smaller = await pictures.all_within("7.png", each=10**6, together=9000)
    assert sum(len(sized.data) for sized in smaller) <= 9000
    assert {sized.whole for sized in smaller} == {False}


async def test_the_others_go_where_the_first_goes(pictures: PictureStore, tmp_path: Path) -> None:
    await keep_three(pictures)
    await pictures.keep(arrive(pictures, png()), job_id=77)
    await pictures.all_within("7.png", each=2000, together=10**6)
    assert await pictures.delete_all_but(frozenset({"7.png"})) == 1
    assert len(await pictures.sizes("7.png")) == 3
    await pictures.delete("7.png")
    left = [path.name for path in (tmp_path / "pictures").rglob("*") if path.is_file()]
    assert left == []


async def test_no_more_are_kept_than_a_message_can_show_and_none_that_is_no_picture(
    pictures: PictureStore,
) -> None:
    paths = []
    for number in range(15):
        paths.append(pictures.arrivals / f"download-{number}")
        paths[-1].write_bytes(b"not a picture" if number in {0, 3} else png(colour=(number, 0, 0)))
    with pytest.raises(NotAPicture):
        await pictures.keep_all([paths[0]], job_id=7)
    assert await pictures.keep_all(paths, job_id=7) == "7.png"
    assert pictures.path("7.png").read_bytes() == png(colour=(1, 0, 0))
    assert len(await pictures.sizes("7.png")) == MOST_PICTURES


# --- the folder


async def test_a_fault_of_the_system_is_none_of_the_picture(
    pictures: PictureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more_files(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    arrived = arrive(pictures, png())
    monkeypatch.setattr(Image, "open", no_more_files)
    with pytest.raises(OSError, match="Too many open files"):
        await pictures.keep(arrived, job_id=1)


async def test_strays_are_deleted_and_the_others_are_not(
    pictures: PictureStore, tmp_path: Path
) -> None:
    wanted = await pictures.keep(arrive(pictures, png()), job_id=1)
    stray = await pictures.keep(arrive(pictures, png()), job_id=2)
    assert await pictures.delete_all_but(frozenset({wanted})) == 1
    assert pictures.path(wanted).is_file()
    assert not pictures.path(stray).exists()
    assert pictures.arrivals.is_dir()
    await pictures.delete(wanted)
    await pictures.delete(wanted)
    assert not pictures.path(wanted).exists()


def test_half_downloads_of_an_earlier_run_are_gone(tmp_path: Path) -> None:
    first = PictureStore(tmp_path)
    (first.arrivals / "half").write_bytes(b"half")
    second = PictureStore(tmp_path)
    assert list(second.arrivals.iterdir()) == []
