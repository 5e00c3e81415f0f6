from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from faceswap.models import Gender, PhotoProblem, Quality, Ratio
from studio.engine.people import MIN_FACE, MOST_FACES, find_group
from studio.engine.pixels import Bytes
from studio.engine.protocol import Engine, PhotoRefused
from studio.engine.scenes import crew
from studio.engine.scenes.comic_page import group_pages
from tests.support.portraits import ABSENT, portraits, side_by_side
from tests.unit.studio.engine.conftest import Saver

COMIC, SPACE = 35, 38


def group_photo(count: int, *, height: int = 700) -> bytes:
    if not portraits():
        pytest.skip(ABSENT)
    return side_by_side(count, height=height)


def swapped(engine: Engine, photo: bytes, filter_id: int, ratio: Ratio) -> bytes:
    return engine.swap(
        photo, filter_id=filter_id, gender=Gender.GROUP, ratio=ratio, quality=Quality.FAST
    )


@pytest.mark.parametrize("count", range(1, MOST_FACES + 1))
@pytest.mark.parametrize("filter_id", [COMIC, SPACE])
def test_everybody_in_the_photo_is_in_the_picture(
    filter_id: int, count: int, engine: Engine
) -> None:
    ratio = list(Ratio)[(count - 1) % 3]
    picture = swapped(engine, group_photo(count), filter_id, ratio)
    assert Image.open(io.BytesIO(picture)).size == ratio.size
    assert len(find_group(picture)) == count


def test_each_ratio_has_room_for_the_largest_group(engine: Engine) -> None:
    photo = group_photo(MOST_FACES)
    for ratio in Ratio:
        assert len(find_group(swapped(engine, photo, SPACE, ratio))) == MOST_FACES


@pytest.mark.parametrize("filter_id", [COMIC, SPACE])
def test_more_faces_than_there_is_room_for_are_refused(filter_id: int, engine: Engine) -> None:
    photo = group_photo(MOST_FACES + 1)
    with pytest.raises(PhotoRefused, match=f"{MOST_FACES + 1} faces") as inspected:
        engine.inspect(photo, filter_id=filter_id, gender=Gender.GROUP)
    with pytest.raises(PhotoRefused) as refused:
        swapped(engine, photo, filter_id, Ratio.SQUARE)
    assert inspected.value.problem is refused.value.problem is PhotoProblem.TOO_MANY_FACES


def test_a_crowd_is_no_problem_for_a_filter_of_one_person(engine: Engine) -> None:
    engine.inspect(group_photo(MOST_FACES + 1), filter_id=SPACE, gender=Gender.FEMALE)


def test_a_group_without_faces_or_with_tiny_ones_is_refused(engine: Engine, save: Saver) -> None:
    with pytest.raises(PhotoRefused) as refused:
        engine.inspect(
            save(Image.new("RGB", (600, 400), "#446688"), "PNG"),
            filter_id=SPACE,
            gender=Gender.GROUP,
        )
    assert refused.value.problem is PhotoProblem.NO_FACE
    with pytest.raises(PhotoRefused, match=f"at least {MIN_FACE} pixels"):
        engine.inspect(group_photo(2, height=90), filter_id=SPACE, gender=Gender.GROUP)


def test_members_stand_from_left_to_right_each_in_a_crop_of_their_own() -> None:
    members = find_group(group_photo(3))
    crops: list[Bytes] = [member.pixels for member in members]
    starts = [crop.__array_interface__["data"][0] for crop in crops]
    assert starts == sorted(starts)
    for member in members:
        height, width = member.pixels.shape[:2]
        x, y = member.face.centre
        assert 0 < x < width
        assert 0 < y < height
        assert all(not 0 < neighbour.centre[0] < width for neighbour in member.neighbours)


def test_a_passer_by_far_behind_is_no_member(save: Saver) -> None:
    near = Image.open(io.BytesIO(group_photo(1, height=1000)))
    far = Image.open(io.BytesIO(group_photo(2, height=180)))
    photo = Image.new("RGB", (near.width + far.width, near.height), "#8899aa")
    photo.paste(near, (0, 0))
    photo.paste(far, (near.width, 100))
    assert len(find_group(save(photo, "PNG"))) == 1


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("count", range(1, MOST_FACES + 1))
def test_no_helmet_hides_another_or_leaves_the_picture(count: int, ratio: Ratio) -> None:
    width, height = ratio.size
    slots = crew.slots(Gender.GROUP, size=ratio.size, count=count)
    assert len({slot.trim for slot in slots}) == count
    for index, slot in enumerate(slots):
        left, top, side = slot.box
        assert left >= 0
        assert top >= 0
        assert left + side <= width
        assert top + side <= height
        for other in slots[:index]:
            larger, smaller = sorted((slot.radius, other.radius), reverse=True)
            rim = 1.2  # a helmet, measured by its opening
            assert np.hypot(slot.x - other.x, slot.y - other.y) > rim * larger + smaller


@pytest.mark.parametrize("ratio", Ratio)
@pytest.mark.parametrize("count", range(2, MOST_FACES + 1))
def test_every_comic_page_has_a_panel_for_each(count: int, ratio: Ratio) -> None:
    width, height = ratio.size
    for panels in group_pages(ratio.size, count):
        taken = np.zeros((height, width), np.int32)
        for panel in panels:
            taken[panel.area] += 1
        assert len(panels) == count
        assert taken.max() == 1
        assert taken.mean() > 0.8
