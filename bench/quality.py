"""Whether people stay recognisable: `make quality`, or `python -m bench.quality [folder of JPEGs]`.

Makes every filter's picture of every photo, in all ratios and both qualities, and of groups; asks
dlib's networks, which the engine does not use, how far photo and picture are apart. Prints a line
for each filter and quality, and what misses the bar; the exit code is 1 if anything does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.alone import path_given
from faceswap.models import Gender, Quality, Ratio
from studio.engine import create_engine
from studio.engine.people import MOST_FACES
from studio.engine.protocol import Engine, FilterInfo
from tests.support.likeness import (
    CONTRAST_AT_LEAST,
    INSTALLED,
    MEDIAN_AT_MOST,
    MISSING,
    WORST_AT_MOST,
    Likeness,
    People,
    Recogniser,
    compare,
    faces_at_most,
)
from tests.support.portraits import ABSENT, PHOTOS, SAMPLE, portraits, side_by_side

ONE_PERSON = (Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL)

Photo = tuple[str, bytes, People]
"""A name for the report, the file, and who is in it."""


def main() -> None:
    """Measure everything and print it."""
    folder = path_given(what=__doc__, name="folder", default=PHOTOS)
    if not INSTALLED:
        sys.exit(MISSING)
    engine, recogniser = create_engine(), Recogniser()
    alone = [described(recogniser, path) for path in (SAMPLE, *portraits(folder))]
    if len(alone) == 1:
        print(f"{ABSENT}: only the bundled sample is looked at")
    together = groups(recogniser) if portraits() else []
    print("distance between photo and picture; 0: the same, from 0.6: somebody else")
    missed = 0
    for info in engine.catalogue():
        for quality in Quality:
            missed += report(engine, info, photos=alone, quality=quality)
            if info.group and together:
                missed += report(engine, info, photos=together, quality=quality)
    sys.exit(min(missed, 1))


def described(recogniser: Recogniser, path: Path) -> Photo:
    """Read a portrait and note who is in it."""
    photo = path.read_bytes()
    return path.stem, photo, People(photo, count=1, recogniser=recogniser)


def groups(recogniser: Recogniser) -> list[Photo]:
    """Put portraits side by side: groups of two up to as many as there is room for."""
    found = []
    for count in range(2, MOST_FACES + 1):
        photo = side_by_side(count)
        found.append(
            (f"group of {count}", photo, People(photo, count=count, recogniser=recogniser))
        )
    return found


def report(
    engine: Engine,
    info: FilterInfo,
    *,
    photos: list[Photo],
    quality: Quality,
) -> int:
    """Print a filter's figures and what misses the bar; how much does."""
    distances: list[float] = []
    misses = []
    for index, (name, photo, people) in enumerate(photos):
        gender = Gender.GROUP if people.count > 1 else ONE_PERSON[index % len(ONE_PERSON)]
        for ratio in Ratio:
            picture = engine.swap(
                photo, filter_id=info.id, gender=gender, ratio=ratio, quality=quality
            )
            seen = compare(picture, people)
            distances += seen.distances
            most = faces_at_most(info.id, ratio, people=people.count)
            misses += [f"{name}, {ratio.name}: {miss}" for miss in wrong(seen, ratio, people, most)]
    if median(distances) >= MEDIAN_AT_MOST:
        misses.append(f"the median is not under {MEDIAN_AT_MOST}")
    kind = "groups" if photos[0][2].count > 1 else "alone"
    print(
        f"{info.name:17} {quality:4}  {kind:6}  {len(distances):3} faces"
        f"  median {median(distances):.2f}  worst {max(distances):.2f}",
        *(f"\n    {miss}" for miss in misses),
        flush=True,
    )
    return len(misses)


def wrong(seen: Likeness, ratio: Ratio, people: People, most: int) -> Iterator[str]:
    """Say what is wrong with one picture."""
    if seen.size != ratio.size:
        yield f"{seen.size[0]} x {seen.size[1]} pixels"
    if seen.contrast < CONTRAST_AT_LEAST:
        yield "blank"
    if not people.count <= seen.faces <= most:
        yield f"{seen.faces} faces instead of {people.count}"
    if seen.worst >= WORST_AT_MOST:
        yield f"distance {seen.worst:.2f}"


if __name__ == "__main__":
    main()
