from __future__ import annotations

import asyncio
import io
import random
import struct
import subprocess
import sys
import textwrap
import warnings
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from bot.errors import PhotoRejected
from bot.services.normalising import LONGEST_SIDE, normalise
from bot.services.photos import PhotoStore
from faceswap.models import PhotoProblem

MAX_BYTES = 2**20
MAX_PIXELS = 1_000_000
RED, BLUE = (200, 30, 30), (30, 30, 200)
SECRET = "A SECRET PLACE"
HEIC = (Path(__file__).parent / "red_over_blue.heic").read_bytes()  # carries EXIF with SECRET
ITEM_TYPE = 179  # of that file's EXIF: any other type than text there makes libheif's caller crash


@pytest.fixture
def photos(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos", max_bytes=MAX_BYTES, max_pixels=MAX_PIXELS)


def red_over_blue(size: tuple[int, int] = (60, 80), *, mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image.convert(mode)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


async def kept(photos: PhotoStore, data: bytes) -> Image.Image:
    """Add a photo and open what was kept of it."""
    image = Image.open(io.BytesIO(await photos.read(await photos.add(data))))
    image.load()
    return image


def is_near(pixel: object, colour: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


def header_only_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing: a bomb's outside."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


# --- what is taken


TAKEN = {
    "jpeg": encode(red_over_blue(), "JPEG"),
    "progressive-jpeg": encode(red_over_blue(), "JPEG", progressive=True),
    "cmyk-jpeg": encode(red_over_blue(mode="CMYK"), "JPEG"),
    "png": encode(red_over_blue(), "PNG"),
    "palette-png": encode(red_over_blue(mode="P"), "PNG"),
    "webp": encode(red_over_blue(), "WEBP"),
    "lossless-webp": encode(red_over_blue(), "WEBP", lossless=True),
    "heic": HEIC,
}


@pytest.mark.parametrize("data", TAKEN.values(), ids=TAKEN.keys())
async def test_every_format_becomes_an_upright_jpeg(photos: PhotoStore, data: bytes) -> None:
    image = await kept(photos, data)
    width, height = image.size
    assert (image.format, image.mode, width < height) == ("JPEG", "RGB", True)
    assert is_near(image.getpixel((5, 5)), RED)
    assert is_near(image.getpixel((5, height - 5)), BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_photo_taken_with_a_tilted_camera_is_put_upright(
    photos: PhotoStore, orientation: int
) -> None:
    as_stored = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = red_over_blue()
    stored = upright if as_stored is None else upright.transpose(as_stored)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    image = await kept(photos, encode(stored, "JPEG", exif=exif))

    assert image.size == (60, 80)
    assert is_near(image.getpixel((5, 5)), RED)
    assert is_near(image.getpixel((5, 75)), BLUE)


async def test_transparent_parts_turn_white(photos: PhotoStore) -> None:
    for image in (Image.new("RGBA", (20, 20), (0, 0, 0, 0)), Image.new("LA", (20, 20), (0, 0))):
        assert is_near((await kept(photos, encode(image, "PNG"))).getpixel((5, 5)), (255,) * 3)
    palette = Image.new("P", (20, 20), 0)
    data = encode(palette, "PNG", transparency=0)
    assert is_near((await kept(photos, data)).getpixel((5, 5)), (255,) * 3)


async def test_grey_of_sixteen_bits_keeps_its_shades(photos: PhotoStore) -> None:
    data = encode(Image.new("I;16", (20, 20), 0x8000), "PNG")
    assert is_near((await kept(photos, data)).getpixel((5, 5)), (128,) * 3)


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
async def test_of_an_animation_the_first_picture_is_taken(photos: PhotoStore, kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert is_near((await kept(photos, data)).getpixel((5, 5)), RED)


async def test_a_large_photo_is_made_smaller_in_proportion(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path, max_bytes=MAX_BYTES, max_pixels=50_000_000)
    image = await kept(photos, encode(red_over_blue((3000, 4000)), "JPEG", quality=30))
    assert image.size == (LONGEST_SIDE * 3 // 4, LONGEST_SIDE)


async def test_a_photo_thin_as_a_thread_is_no_trouble(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path, max_bytes=MAX_BYTES, max_pixels=50_000_000)
    image = await kept(photos, encode(Image.new("RGB", (1, 50_000), RED), "PNG"))
    assert image.size == (1, LONGEST_SIDE)


# --- what must not stay in it


def exif_with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET
    exif[ExifTags.Base.Artist] = SECRET
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 0.0)
    return exif


def text_chunks() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", SECRET)
    info.add_itxt("XML:com.adobe.xmp", SECRET)
    return info


TELLING = {
    "jpeg": encode(
        red_over_blue(),
        "JPEG",
        exif=exif_with_place(),
        comment=SECRET.encode(),
        xmp=SECRET.encode(),
        icc_profile=SECRET.encode(),
    ),
    "jpeg-in-grey": encode(red_over_blue(mode="L"), "JPEG", comment=SECRET.encode()),
    "png": encode(red_over_blue(), "PNG", exif=exif_with_place(), pnginfo=text_chunks()),
    "webp": encode(red_over_blue(), "WEBP", exif=exif_with_place(), xmp=SECRET.encode()),
    "heic": HEIC,
}


@pytest.mark.parametrize("data", TELLING.values(), ids=TELLING.keys())
async def test_no_metadata_is_kept(photos: PhotoStore, data: bytes) -> None:
    assert SECRET.encode() in data

    name = await photos.add(data)

    stored = await photos.read(name)
    image = Image.open(io.BytesIO(stored))
    assert SECRET.encode() not in stored
    assert not image.getexif()
    assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


# --- what is refused


WHOLE = encode(red_over_blue((200, 200)), "JPEG")
REFUSED = {
    "nothing": b"",
    "text": b"This is not a photo.",
    "html": b"<html><body>404</body></html>",
    "gif": encode(red_over_blue(), "GIF"),
    "bmp": encode(red_over_blue(), "BMP"),
    "tiff": encode(red_over_blue(), "TIFF"),
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 64,
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "half-a-jpeg": WHOLE[: len(WHOLE) // 2],
    "a-jpegs-first-bytes": WHOLE[:20],
    "half-a-png": encode(red_over_blue(), "PNG")[:100],
    "half-a-webp": encode(red_over_blue(), "WEBP", lossless=True)[:30],
    "half-a-heic": HEIC[:450],
    "a-heics-first-bytes": HEIC[:12],
    "a-png-without-pixels": header_only_png(100, 100),
    "a-png-of-size-0": header_only_png(0, 10),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_no_photo_is_refused_and_leaves_nothing(
    photos: PhotoStore, tmp_path: Path, data: bytes
) -> None:
    with pytest.raises(PhotoRejected) as caught:
        await photos.add(data)
    assert caught.value.problem is PhotoProblem.NOT_AN_IMAGE
    assert list((tmp_path / "photos").iterdir()) == []


@pytest.mark.parametrize("size", [(1001, 1000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
async def test_a_bomb_is_refused_by_its_header(photos: PhotoStore, size: tuple[int, int]) -> None:
    with pytest.raises(PhotoRejected) as caught:
        await photos.add(header_only_png(*size))
    assert caught.value.problem is PhotoProblem.TOO_LARGE
    assert caught.value.max_pixels == MAX_PIXELS


async def test_a_heic_of_too_many_pixels_is_refused_as_such(tmp_path: Path) -> None:
    photos = PhotoStore(tmp_path, max_bytes=MAX_BYTES, max_pixels=1000)
    with pytest.raises(PhotoRejected) as caught:
        await photos.add(HEIC)
    assert (caught.value.problem, caught.value.max_pixels) == (PhotoProblem.TOO_LARGE, 1000)


async def test_too_many_bytes_are_refused_before_they_are_read(photos: PhotoStore) -> None:
    with pytest.raises(PhotoRejected) as caught:
        await photos.add(b"\0" * (MAX_BYTES + 1))
    assert caught.value.problem is PhotoProblem.TOO_LARGE
    assert caught.value.max_bytes == MAX_BYTES


async def test_a_heic_that_crashes_its_decoder_does_not_crash_the_bot(photos: PhotoStore) -> None:
    crashing = bytearray(HEIC)
    crashing[ITEM_TYPE] = 0xFF
    with pytest.raises(PhotoRejected) as caught:
        await photos.add(bytes(crashing))
    assert caught.value.problem is PhotoProblem.NOT_AN_IMAGE


async def test_a_decoder_that_never_ends_is_stopped(
    photos: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.photos.DECODE_SECONDS", 0.0)
    with pytest.raises(PhotoRejected):
        await photos.add(HEIC)


@pytest.mark.parametrize("kind", ["jpeg", "progressive-jpeg", "png", "palette-png", "webp"])
def test_a_damaged_photo_is_taken_or_refused_and_nothing_else(kind: str) -> None:
    chance = random.Random(kind)
    seed = TELLING.get(kind, TAKEN[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow tells of broken EXIF
        for _ in range(150):
            damaged = bytearray(seed)
            for _ in range(chance.choice((1, 2, 5, 20))):
                damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, 1, 128))
            try:
                normalise(bytes(damaged), max_pixels=MAX_PIXELS)
            except PhotoRejected:
                continue


def test_broken_exif_does_not_make_a_photo_unusable() -> None:
    exif = exif_with_place()
    exif[ExifTags.Base.Orientation] = 6
    whole = encode(red_over_blue(), "JPEG", exif=exif)
    start, end = whole.index(b"MM\0*") + 4, whole.index(b"\xff\xdb")  # up to the pixels' tables
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for at in range(start, end):
            for value in (0, 4, 255):
                damaged = bytearray(whole)
                damaged[at] = value
                assert normalise(bytes(damaged), max_pixels=MAX_PIXELS)


# --- the folder


async def test_names_say_nothing_and_are_never_the_same(photos: PhotoStore) -> None:
    names = {await photos.add(TAKEN["jpeg"]) for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == len("0" * 32 + ".jpg") for name in names)


async def test_a_copy_lives_on_when_the_first_is_deleted(photos: PhotoStore) -> None:
    first = await photos.add(TAKEN["jpeg"])
    second = await photos.copy(first)
    await photos.delete(first)
    await photos.delete(first)
    assert (photos.has(first), photos.has(second), photos.has(None)) == (False, True, False)
    with pytest.raises(FileNotFoundError):
        await photos.read(first)


async def test_strays_are_deleted_and_the_others_are_not(
    photos: PhotoStore, tmp_path: Path
) -> None:
    wanted, stray = await photos.add(TAKEN["jpeg"]), await photos.add(TAKEN["jpeg"])
    (tmp_path / "photos" / f"{stray}.part").write_bytes(b"half")
    (tmp_path / "photos" / "lost+found").mkdir()
    assert await photos.delete_all_but(frozenset({wanted})) == 2
    assert photos.has(wanted)
    assert not photos.has(stray)


async def test_many_photos_at_once_are_all_kept(photos: PhotoStore) -> None:
    names = await asyncio.gather(*(photos.add(TAKEN["jpeg"]) for _ in range(20)))
    assert all(photos.has(name) for name in names)


FULL_DISK = """
    import asyncio, io, pathlib, resource, signal, sys
    from PIL import Image
    from bot.errors import BoothClosed
    from bot.services.photos import PhotoStore

    out = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(out, "PNG")
    photos = PhotoStore(pathlib.Path(sys.argv[1]), max_bytes=2**20, max_pixels=10**6)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        asyncio.run(photos.add(out.getvalue()))
    except BoothClosed as closed:
        print(closed.reason.name)
"""


def test_without_room_on_the_disk_nothing_is_left_behind(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout.strip(), done.stderr) == ("DISK_FULL", "")
    assert list(tmp_path.iterdir()) == []
