"""Are the people of the photo still themselves? Asked of a recogniser that the engine does not use.

A choice that takes less than a minute; `make quality` looks at everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from faceswap.models import Gender, Quality, Ratio
from studio.engine.protocol import Engine
from tests.support.likeness import (
    COMIC,
    CONTRAST_AT_LEAST,
    MEDIAN_AT_MOST,
    WORST_AT_MOST,
    People,
    Recogniser,
    compare,
    faces_at_most,
)
from tests.support.portraits import ABSENT, SAMPLE, portraits, side_by_side

NEON, VINTAGE, OIL, SPACE = 12, 34, 36, 38
FILTERS = (NEON, VINTAGE, COMIC, OIL, SPACE)
ONE_PERSON = (Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL)

Known = dict[Path, People]


@pytest.fixture(scope="module")
def known(recogniser: Recogniser) -> Known:
    """Whoever is on the photos, as the recogniser describes them."""
    return {
        path: People(path.read_bytes(), count=1, recogniser=recogniser)
        for path in (SAMPLE, *portraits())
    }


def choice(filter_id: int) -> Iterator[tuple[Path, Ratio, Quality]]:
    """The sample in all ratios, and every third portrait, each filter beginning elsewhere."""
    yield from ((SAMPLE, ratio, Quality.BEST) for ratio in Ratio)
    for index, path in enumerate(portraits()[FILTERS.index(filter_id) % 3 :: 3]):
        yield path, list(Ratio)[(index + filter_id) % len(Ratio)], Quality.FAST


@pytest.mark.parametrize("filter_id", FILTERS)
def test_everybody_stays_recognisable(filter_id: int, engine: Engine, known: Known) -> None:
    distances = []
    for index, (path, ratio, quality) in enumerate(choice(filter_id)):
        picture = engine.swap(
            path.read_bytes(),
            filter_id=filter_id, gender=ONE_PERSON[index % 4], ratio=ratio, quality=quality,
        )  # fmt: skip
        seen = compare(picture, known[path])
        assert seen.size == ratio.size
        assert seen.contrast > CONTRAST_AT_LEAST
        assert 1 <= seen.faces <= faces_at_most(filter_id, ratio, people=1), path.stem
        assert seen.worst < WORST_AT_MOST, (path.stem, ratio, quality)
        distances.append(seen.worst)
    assert median(distances) < MEDIAN_AT_MOST


@pytest.mark.parametrize(("filter_id", "count"), [(COMIC, 4), (SPACE, 6)])
def test_everybody_in_a_group_stays_recognisable(
    filter_id: int, count: int, engine: Engine, recogniser: Recogniser
) -> None:
    if not portraits():
        pytest.skip(ABSENT)
    photo, ratio = side_by_side(count), Ratio.LANDSCAPE
    picture = engine.swap(
        photo, filter_id=filter_id, gender=Gender.GROUP, ratio=ratio, quality=Quality.FAST
    )
    members = People(photo, count=count, recogniser=recogniser)
    seen = compare(picture, members)
    assert seen.size == ratio.size
    assert seen.faces == len(seen.distances) == count
    assert median(seen.distances) < MEDIAN_AT_MOST
    assert seen.worst < WORST_AT_MOST


def test_somebody_else_is_a_stranger(known: Known) -> None:
    if not portraits():
        pytest.skip(ABSENT)
    for path in portraits()[:3]:
        seen = compare(path.read_bytes(), known[SAMPLE])
        assert seen.faces == 1
        assert seen.worst > WORST_AT_MOST
