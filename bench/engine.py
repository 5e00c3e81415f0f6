"""How long the engine takes, stage by stage: `python -m bench.engine [photo]`.

Prints median milliseconds of processor time per filter, quality and stage for a 12-megapixel JPEG
made from the photo given (by default one of shared/photos), and the peak memory at the end.
"""

from __future__ import annotations

import io
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from faceswap.models import Gender, Quality, Ratio
from studio.engine import create_engine
from studio.engine.booth import DETAIL, style_for
from studio.engine.encoding import encode_png
from studio.engine.people import find_person, prepare_subject, with_more_detail
from studio.engine.protocol import Engine

ROUNDS = 7
MEGAPIXELS = 12
PROMPTS = ("mountains at sunset", "the sea by day, vintage photo", "a city at night, poster")
ONE_PERSON = (Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL)
PHOTOS = Path(__file__).parents[1].parent / "shared" / "photos"


class Stopwatch:
    """Collects the milliseconds of named stages."""

    def __init__(self) -> None:
        self._stages: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.process_time()  # unlike the wall's, not disturbed by other processes
        yield
        self._stages[name].append((time.process_time() - start) * 1000)

    def medians(self) -> dict[str, float]:
        return {name: statistics.median(times) for name, times in self._stages.items()}


def main() -> None:
    """Measure everything and print it."""
    photo = twelve_megapixels(chosen_photo())
    engine = create_engine()
    for info in engine.catalogue():
        totals = {}
        for quality in Quality:
            measure_swap(
                engine, photo, filter_id=info.id, quality=quality, rounds=1
            )  # fills caches
            stages = measure_swap(engine, photo, filter_id=info.id, quality=quality, rounds=ROUNDS)
            totals[quality] = stages["swap"]
            line = "  ".join(f"{stage} {median:.0f}" for stage, median in stages.items())
            print(f"{info.name:17} {quality:4}  {line}")
        share = totals[Quality.FAST] / totals[Quality.BEST]
        print(f"{info.name:17} v6 takes {share:.2f} of v6.1's time")
    for prompt in PROMPTS:
        print(f"sketch  {prompt:30} {measure_sketch(engine, prompt):.0f}")
    render_everything(engine, photo)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory after every filter, variant, ratio and quality: {peak:.0f} MB")


def chosen_photo() -> Path:
    """Take the photo named on the command line, or a shared one."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    photos = sorted(PHOTOS.glob("*.jpg"))
    if not photos:
        sys.exit("shared/photos is not on this machine: name a portrait to measure with")
    return photos[0]


def twelve_megapixels(path: Path) -> bytes:
    """Enlarge a photo to what phones send."""
    image = Image.open(path).convert("RGB")
    scale = (MEGAPIXELS * 1_000_000 / (image.width * image.height)) ** 0.5
    enlarged = image.resize((round(image.width * scale), round(image.height * scale)))
    buffer = io.BytesIO()
    enlarged.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def measure_swap(
    engine: Engine, photo: bytes, *, filter_id: int, quality: Quality, rounds: int
) -> dict[str, float]:
    """Take `swap` apart: medians of each stage, and of the undivided call."""
    watch, gender, ratio = Stopwatch(), Gender.MALE, Ratio.PORTRAIT
    style = style_for(filter_id, gender)
    for _ in range(rounds):
        with watch.stage("decode+face"):
            person = find_person(photo)
        if quality is Quality.BEST:
            person = with_more_detail(photo, person)
        with watch.stage("matte"):
            subject = prepare_subject(person, quality=quality)
        with watch.stage("render"):
            picture = style.render(subject, gender=gender, size=ratio.size, detail=DETAIL[quality])
        with watch.stage("png"):
            encode_png(picture)
        with watch.stage("swap"):
            engine.swap(photo, filter_id=filter_id, gender=gender, ratio=ratio, quality=quality)
    return watch.medians()


def measure_sketch(engine: Engine, prompt: str) -> float:
    """Median of a few seeds."""
    watch = Stopwatch()
    for seed in range(ROUNDS):
        with watch.stage("sketch"):
            engine.sketch(prompt, seed=seed)
    return watch.medians()["sketch"]


def render_everything(engine: Engine, photo: bytes) -> None:
    """Fill every cache the engine has."""
    for info in engine.catalogue():
        engine.preview(info.id)
        for ratio in Ratio:
            for gender in ONE_PERSON:
                for quality in Quality:
                    engine.swap(
                        photo, filter_id=info.id, gender=gender, ratio=ratio, quality=quality
                    )


if __name__ == "__main__":
    main()
