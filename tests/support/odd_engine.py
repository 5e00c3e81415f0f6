"""A second engine for the studio: its "photos" are words that tell it how to behave."""

from __future__ import annotations

import io
import os
import random
import threading
from pathlib import Path

from PIL import Image

from faceswap.models import Gender, PhotoProblem, Quality, Ratio
from studio.engine.protocol import (
    Engine,
    FilterBlocked,
    FilterInfo,
    FilterUnknown,
    PhotoRefused,
    Sketch,
)

ANYONE, ONE_PERSON, A_GROUP = 1, 2, 3

_CATALOGUE = tuple(
    FilterInfo(id=number, name=name, category="odd", group=group, description=f"{name}.")
    for number, name, group in (
        (ANYONE, "For anyone", True),
        (ONE_PERSON, "For one person", False),
        (A_GROUP, "For a group", True),
    )
)


class OddEngine:
    """Does what the photo says; a photo it does not understand makes a plain picture."""

    def catalogue(self) -> tuple[FilterInfo, ...]:
        return _CATALOGUE

    def inspect(self, photo: bytes, *, filter_id: int, gender: Gender) -> None:
        if filter_id not in (entry.id for entry in _CATALOGUE):
            raise FilterUnknown(filter_id)
        if filter_id == A_GROUP and gender is not Gender.GROUP:
            raise FilterBlocked(filter_id, gender)
        words = photo.decode().split()
        if words[0] == "refuse":
            raise PhotoRefused(PhotoProblem(words[1]), "The photo says so.")
        if words[0] == "inspect":
            _behave(words[1:])

    def swap(
        self, photo: bytes, *, filter_id: int, gender: Gender, ratio: Ratio, quality: Quality
    ) -> bytes:
        words = photo.decode().split()
        _behave(words)
        if words[0] == "large":
            return _noise(ratio.size)
        return _image(ratio.size, "PNG", colour=(filter_id, gender.value, quality is Quality.BEST))

    def sketch(self, prompt: str, *, seed: int) -> Sketch:
        _behave(prompt.split())
        picture = _image(Ratio.PORTRAIT.size, "PNG", colour=(seed % 256, 0, 0))
        return Sketch(png=picture, understood=f"nothing of {len(prompt)} characters")

    def preview(self, filter_id: int) -> bytes:
        return _image((32, 48), "WEBP", colour=(filter_id, 0, 0))


def create() -> Engine:
    """Make the odd engine; named by `StudioConfig.engine` in tests."""
    return OddEngine()


def create_nothing() -> Engine:
    """Fail as an engine does whose package is missing."""
    raise ModuleNotFoundError("No module named 'brushes'", name="brushes")


def _behave(words: list[str]) -> None:
    match words:
        case ["wait", path]:  # until the test opens the other end of this named pipe
            Path(path).read_bytes()
        case ["hang"]:
            threading.Event().wait()
        case ["crash"]:
            os.abort()
        case ["crash-once", path] if not Path(path).exists():
            Path(path).touch()
            os.abort()
        case ["hog"]:
            _hold_memory()
        case ["fault", secret]:
            raise ValueError(secret)
        case ["chatter"]:
            os.write(1, b"\nnoise that is no answer\n")
        case _:
            pass


def _hold_memory() -> None:
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))


def _noise(size: tuple[int, int]) -> bytes:
    """Make a PNG of several megabytes, always the same."""
    pixels = random.Random(1).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def _image(size: tuple[int, int], kind: str, *, colour: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()
