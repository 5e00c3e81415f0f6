"""How long the engine takes and how much memory: `python -m bench.engine [photo]`.

For every filter and both qualities: seconds of processor time, on one core, from a 12-megapixel
JPEG to the PNG of 1200 x 1800, and the share of each stage. Then prompts, and the peak memory of
one process, as a worker is one, after every filter, variant, ratio and quality. Processor time is
not disturbed by other programs, except that a busy machine's caches are. The JPEG is made from the
photo given, by default the bundled sample. The exit code is 1 if anything misses its mark.
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

import numpy as np
from PIL import Image

from bench.alone import path_given
from faceswap.models import Gender, Quality, Ratio
from studio.engine import create_engine
from studio.engine.booth import DETAIL, style_for
from studio.engine.encoding import encode_png
from studio.engine.people import find_person, prepare_subject, with_more_detail
from studio.engine.protocol import Engine

ROUNDS = 5
MEGAPIXELS = 12
PROMPTS = ("mountains at sunset", "the sea by day, vintage photo", "a city at night, poster")
ONE_PERSON = (Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL)
SAMPLE = Path(__file__).parents[1] / "bot" / "demo" / "assets" / "astronaut.jpg"
SECONDS_AT_MOST = {Quality.FAST: 0.8, Quality.BEST: 2.0}
MEGABYTES_AT_MOST = 700


class Stopwatch:
    """Collects the seconds of processor time that named stages take."""

    def __init__(self) -> None:
        self._stages: defaultdict[str, list[float]] = defaultdict(list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        self._stages[name].append(time.process_time() - start)

    def medians(self) -> dict[str, float]:
        return {name: statistics.median(times) for name, times in self._stages.items()}


def main() -> None:
    """Measure everything and print it."""
    photo = twelve_megapixels(path_given(what=__doc__, name="photo", default=SAMPLE))
    engine, missed = create_engine(), False
    for info in engine.catalogue():
        for quality in Quality:
            seconds, stages = measure_swap(engine, photo, filter_id=info.id, quality=quality)
            shares = "  ".join(f"{name} {share:3.0%}" for name, share in stages.items())
            limit = SECONDS_AT_MOST[quality]
            missed |= (slow := seconds > limit)
            print(
                f"{info.name:17} {quality:4} {seconds:5.2f} s  {shares}",
                f"  more than {limit} s" * slow,
                flush=True,
            )
    for prompt in PROMPTS:
        print(f"{prompt:30} {measure_sketch(engine, prompt):5.2f} s", flush=True)
    render_everything(engine, photo)
    peak = _peak_megabytes()
    missed |= (large := peak > MEGABYTES_AT_MOST)
    print(f"peak memory {peak:.0f} MB", f"  more than {MEGABYTES_AT_MOST} MB" * large)
    sys.exit(int(missed))


def _peak_megabytes() -> float:
    """Return the most memory this process has had; `ru_maxrss` would count who started it, too."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def twelve_megapixels(path: Path) -> bytes:
    """Enlarge a photo to what phones send, with a sensor's noise: it makes files slow to read."""
    image = Image.open(path).convert("RGB")
    scale = (MEGAPIXELS * 1_000_000 / (image.width * image.height)) ** 0.5
    enlarged = image.resize((round(image.width * scale), round(image.height * scale)))
    noise = np.random.default_rng(1).integers(-6, 7, (enlarged.height, enlarged.width, 1), np.int16)
    noisy = np.clip(np.asarray(enlarged, np.int16) + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def measure_swap(
    engine: Engine, photo: bytes, *, filter_id: int, quality: Quality
) -> tuple[float, dict[str, float]]:
    """Median seconds of the undivided call, and what share each stage has when taken apart."""
    watch, gender, ratio = Stopwatch(), Gender.MALE, Ratio.PORTRAIT
    style = style_for(filter_id, gender)
    engine.swap(photo, filter_id=filter_id, gender=gender, ratio=ratio, quality=quality)  # caches
    for _ in range(ROUNDS):
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
    stages = watch.medians()
    seconds, whole = stages.pop("swap"), sum(stages.values())
    return seconds, {name: median / whole for name, median in stages.items()}


def measure_sketch(engine: Engine, prompt: str) -> float:
    """Median seconds of a few seeds."""
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
