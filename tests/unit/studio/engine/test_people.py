from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from studio.engine.faces import Face
from studio.engine.mascot import draw_mascot
from studio.engine.matte import coarse_matte
from studio.engine.people import find_person
from studio.engine.placement import Framing, place
from tests.unit.studio.engine.conftest import Saver

FRAMING = Framing(face_height=0.3, tallest=0.7, centre=(0.5, 0.45), slack=(0.15, 0.15))


@pytest.fixture
def pair(portrait: bytes, save: Saver) -> bytes:
    """The same person twice, left larger than right."""
    large = Image.open(io.BytesIO(portrait)).convert("RGB")
    small = ImageOps.contain(large, (large.width * 2 // 3, large.height * 2 // 3))
    photo = Image.new("RGB", (large.width + small.width, large.height), "#808080")
    photo.paste(large, (0, 0))
    photo.paste(small, (large.width, large.height - small.height))
    return save(photo, "PNG")


def value_at(matte: np.ndarray, face: Face) -> float:
    x, y = (round(value) for value in face.centre)
    return float(matte[y, x])


def test_of_several_people_the_largest_is_taken_and_the_others_are_left_out(pair: bytes) -> None:
    person = find_person(pair)
    assert len(person.neighbours) == 1
    assert person.face.height > person.neighbours[0].height
    alone = coarse_matte(person.pixels, person.face, neighbours=person.neighbours)
    assert value_at(alone, person.face) > 0.9
    assert value_at(alone, person.neighbours[0]) < 0.05


def test_a_person_cut_off_by_the_photo_is_enlarged_until_the_cut_lies_outside() -> None:
    bear = draw_mascot()
    height = bear.matte.shape[0]
    placement = place(bear.face, bear.matte, window=(600, 900), framing=FRAMING)
    assert placement.hides_cuts
    assert placement.top + height * placement.scale >= 900 - 1  # only its body goes on outside


def test_a_person_cut_off_on_all_sides_cannot_be_hidden_in_a_wide_window() -> None:
    bear = draw_mascot()
    everywhere = np.ones_like(bear.matte)
    assert not place(bear.face, everywhere, window=(2000, 700), framing=FRAMING).hides_cuts
    narrow = place(bear.face, everywhere, window=(400, 500), framing=FRAMING)
    assert narrow.hides_cuts
    assert narrow.left <= 1
    assert narrow.top <= 1


def test_a_whole_person_stands_where_the_framing_wants() -> None:
    bear = draw_mascot()
    nowhere = np.zeros_like(bear.matte)
    placement = place(bear.face, nowhere, window=(600, 900), framing=FRAMING)
    x, y = bear.face.centre
    assert x * placement.scale + placement.left == pytest.approx(300)
    assert y * placement.scale + placement.top == pytest.approx(405)
    assert bear.face.height * placement.scale == pytest.approx(270)
