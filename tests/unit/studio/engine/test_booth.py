from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from faceswap.models import Gender, PhotoProblem, Quality, Ratio
from studio.engine.booth import MAX_PREVIEW_BYTES, PREVIEW_SIZE
from studio.engine.people import MIN_FACE
from studio.engine.protocol import Engine, FilterBlocked, FilterUnknown, PhotoRefused
from tests.unit.studio.engine.conftest import Saver, each_portrait

NEON, VINTAGE, COMIC, OIL, SPACE = 12, 34, 35, 36, 38
FILTERS = (NEON, VINTAGE, COMIC, OIL, SPACE)
ONE_PERSON = (Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL)


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image


def swap(
    engine: Engine,
    photo: bytes,
    *,
    filter_id: int = COMIC,
    gender: Gender = Gender.MALE,
    ratio: Ratio = Ratio.SQUARE,
    quality: Quality = Quality.FAST,
) -> bytes:
    return engine.swap(photo, filter_id=filter_id, gender=gender, ratio=ratio, quality=quality)


def refusal(engine: Engine, photo: bytes) -> PhotoProblem:
    """What `inspect` and `swap` both say of a photo."""
    with pytest.raises(PhotoRefused) as inspected:
        engine.inspect(photo, filter_id=COMIC, gender=Gender.MALE)
    with pytest.raises(PhotoRefused) as swapped:
        swap(engine, photo)
    assert inspected.value.problem is swapped.value.problem
    return inspected.value.problem


def test_the_catalogue_names_each_filter_once(engine: Engine) -> None:
    catalogue = engine.catalogue()
    assert {info.id for info in catalogue} == set(FILTERS)
    names = [info.name for info in catalogue]
    assert names == sorted(set(names))
    assert all(info.description.endswith(".") for info in catalogue)


def test_importing_the_package_loads_no_pixel_library() -> None:
    code = (
        "import sys, studio.engine, studio.engine.protocol;"
        "print([name for name in ('cv2', 'numpy', 'PIL', 'ai_edge_litert') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@each_portrait
def test_a_face_is_found_in_every_portrait(portrait: Path, engine: Engine) -> None:
    engine.inspect(portrait.read_bytes(), filter_id=VINTAGE, gender=Gender.FEMALE)


@each_portrait
def test_every_portrait_becomes_a_picture(portrait: Path, engine: Engine) -> None:
    """One picture each, so that together they cover all variants, ratios and qualities."""
    turn = int(portrait.stem)
    ratio = list(Ratio)[turn % 3]
    picture = opened(
        swap(
            engine,
            portrait.read_bytes(),
            filter_id=FILTERS[turn // 4 % len(FILTERS)],
            gender=ONE_PERSON[turn % 4],
            ratio=ratio,
            quality=list(Quality)[turn // 2 % 2],
        )
    )
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", ratio.size)
    assert np.asarray(picture).std() > 30  # far from blank


@pytest.mark.parametrize("quality", Quality)
@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("filter_id", FILTERS)
def test_pictures_have_exactly_the_size_of_their_ratio(
    filter_id: int, ratio: Ratio, quality: Quality, engine: Engine, portrait: bytes
) -> None:
    picture = swap(engine, portrait, filter_id=filter_id, ratio=ratio, quality=quality)
    assert opened(picture).size == ratio.size


@pytest.mark.parametrize("filter_id", FILTERS)
def test_each_kind_of_person_gets_a_variant_of_their_own(
    filter_id: int, engine: Engine, portrait: bytes
) -> None:
    pictures = {swap(engine, portrait, filter_id=filter_id, gender=who) for who in ONE_PERSON}
    assert len(pictures) == len(ONE_PERSON)


@pytest.mark.parametrize("filter_id", FILTERS)
def test_the_same_photo_gives_the_same_bytes(
    filter_id: int, engine: Engine, portrait: bytes
) -> None:
    first = swap(engine, portrait, filter_id=filter_id, ratio=Ratio.PORTRAIT)
    swap(engine, portrait, filter_id=VINTAGE, gender=Gender.GIRL)  # caches must not leak into it
    assert swap(engine, portrait, filter_id=filter_id, ratio=Ratio.PORTRAIT) == first


def test_a_rotation_tag_changes_nothing(engine: Engine, portrait: bytes, save: Saver) -> None:
    upright = opened(portrait)
    lying = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    tagged = save(lying, "PNG", exif=exif)
    assert swap(engine, tagged) == swap(engine, save(upright, "PNG"))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_photo_lying_on_its_side_is_turned_upright(
    turn: int, engine: Engine, portrait: bytes, save: Saver
) -> None:
    upright = opened(portrait)
    turned = save(upright.rotate(turn, expand=True), "PNG")
    assert swap(engine, turned) == swap(engine, save(upright, "PNG"))


def test_a_photo_without_a_face_is_refused(engine: Engine, bear: Image.Image, save: Saver) -> None:
    assert refusal(engine, save(bear, "JPEG")) is PhotoProblem.NO_FACE
    empty = Image.new("RGB", (600, 400), "#446688")
    assert refusal(engine, save(empty, "PNG")) is PhotoProblem.NO_FACE


def test_a_face_of_few_pixels_is_refused_as_too_small(
    engine: Engine, portrait: bytes, save: Saver
) -> None:
    small = ImageOps.contain(opened(portrait).convert("RGB"), (100, 100))
    assert refusal(engine, save(small, "PNG")) is PhotoProblem.FACE_TOO_SMALL
    with pytest.raises(PhotoRefused, match=f"at least {MIN_FACE} pixels"):
        engine.inspect(save(small, "PNG"), filter_id=COMIC, gender=Gender.MALE)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 2), (16, 16)])
def test_odd_shapes_are_refused_not_crashed_on(
    size: tuple[int, int], engine: Engine, save: Saver
) -> None:
    assert refusal(engine, save(Image.new("RGB", size), "PNG")) is PhotoProblem.NO_FACE


def test_what_is_no_picture_is_refused_by_both(engine: Engine) -> None:
    assert refusal(engine, b"hello") is PhotoProblem.NOT_AN_IMAGE


def test_an_unknown_filter_is_named(engine: Engine) -> None:
    with pytest.raises(FilterUnknown, match="999"):
        engine.inspect(b"", filter_id=999, gender=Gender.MALE)
    with pytest.raises(FilterUnknown, match="999"):
        swap(engine, b"", filter_id=999)
    with pytest.raises(FilterUnknown, match="999"):
        engine.preview(999)


def test_a_group_is_refused_by_filters_for_one_person(engine: Engine) -> None:
    alone = [info for info in engine.catalogue() if not info.group]
    assert {info.id for info in engine.catalogue()} - {info.id for info in alone} == {COMIC, SPACE}
    for info in alone:
        with pytest.raises(FilterBlocked):
            engine.inspect(b"", filter_id=info.id, gender=Gender.GROUP)
        with pytest.raises(FilterBlocked):
            swap(engine, b"", filter_id=info.id, gender=Gender.GROUP)


@pytest.mark.parametrize("filter_id", FILTERS)
def test_previews_are_small_webp_pictures(filter_id: int, engine: Engine) -> None:
    preview = engine.preview(filter_id)
    image = opened(preview)
    assert (image.format, image.size) == ("WEBP", PREVIEW_SIZE)
    assert len(preview) <= MAX_PREVIEW_BYTES
    assert np.asarray(image).std() > 30
    assert engine.preview(filter_id) == preview
