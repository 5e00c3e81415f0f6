"""Arithmetic on pixel arrays that every part of the engine shares.

Conventions of the whole engine: arrays are height x width x 3 in RGB order; `Bytes` holds 0..255,
`Floats` holds 0..1 unless said otherwise; sizes are (width, height) like the API's; positions are
(x, y) in pixels.
"""

from __future__ import annotations

from typing import TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
PixelArray = TypeVar("PixelArray", Bytes, Floats)
Size = tuple[int, int]

cv2.setNumThreads(1)  # parallel work is done in processes; two pools would fight for the cores

_CHANNELS = 3
_PLANE = 2  # dimensions of an array that holds one number per pixel

_LARGE_BLUR = 8.0
"""Above this sigma a blur is done on a reduced copy: the eye sees no difference, the clock does."""


def to_floats(image: Bytes) -> Floats:
    """Scale 0..255 to 0..1."""
    return image.astype(np.float32) * np.float32(1 / 255)


def to_bytes(image: Floats) -> Bytes:
    """Round 0..1 to 0..255, clipping what lies outside."""
    return cast(Bytes, cv2.convertScaleAbs(np.maximum(image, 0), alpha=255.0))


def colour(code: str) -> Floats:
    """Turn "#rrggbb" into three floats."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / np.float32(255)


def mix(first: Floats, second: Floats, amount: Floats | float) -> Floats:
    """Go from `first` (amount 0) to `second` (amount 1); a plane of amounts fits colours too."""
    of_colours = first.shape[-1] == _CHANNELS
    if of_colours and isinstance(amount, np.ndarray) and amount.ndim == _PLANE:
        amount = amount[..., None]
    mixed = (second - first) * amount
    mixed += first  # in place: these arrays are large, and memory is what takes time
    return cast(Floats, mixed)


def blend(first: Bytes, second: Bytes, amount: Floats) -> Bytes:
    """Like `mix`, for bytes and a plane of amounts: a third of the time for finished pictures."""
    return cast(Bytes, cv2.blendLinear(first, second, 1 - amount, amount))


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """Rise softly from 0 at `low` to 1 at `high`; falls where `low` is the larger."""
    t = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    slope = 3 - 2 * t
    slope *= t
    slope *= t
    return cast(Floats, slope)


def resize_bytes(image: Bytes, size: Size) -> Bytes:
    """Scale an image or a plane, averaging when it shrinks."""
    return cast(Bytes, cv2.resize(image, size, interpolation=_interpolation(image.shape, size)))


def resize(image: Floats, size: Size) -> Floats:
    """Scale an image or a plane, averaging when it shrinks; growing may overshoot 0..1."""
    return cast(Floats, cv2.resize(image, size, interpolation=_interpolation(image.shape, size)))


def _interpolation(shape: tuple[int, ...], size: Size) -> int:
    return cv2.INTER_AREA if size[0] < shape[1] else cv2.INTER_CUBIC


def blur(image: Floats, sigma: float) -> Floats:
    """Gaussian blur with a standard deviation of `sigma` pixels."""
    if sigma <= _LARGE_BLUR:
        return cast(Floats, cv2.GaussianBlur(image, (0, 0), max(sigma, 0.1)))
    height, width = image.shape[:2]
    factor = sigma / (_LARGE_BLUR / 2)
    small = (max(1, round(width / factor)), max(1, round(height / factor)))
    reduced = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    reduced = cv2.GaussianBlur(reduced, (0, 0), _LARGE_BLUR / 2)
    return cast(Floats, cv2.resize(reduced, (width, height), interpolation=cv2.INTER_LINEAR))


def luminance(image: Floats) -> Floats:
    """Brightness as the eye weighs it, height x width."""
    return cast(Floats, cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def coordinates(size: Size) -> tuple[Floats, Floats]:
    """Planes of x and of y in pixels, broadcastable to height x width."""
    width, height = size
    return (
        np.arange(width, dtype=np.float32)[None, :],
        np.arange(height, dtype=np.float32)[:, None],
    )


def vertical_gradient(size: Size, stops: tuple[tuple[float, str], ...]) -> Floats:
    """Colours from top (0) to bottom (1), one row computed and repeated."""
    width, height = size
    where = [position for position, _ in stops]
    colours = np.array([colour(code) for _, code in stops])
    rows = np.linspace(0, 1, height)
    column = np.stack([np.interp(rows, where, colours[:, c]) for c in range(3)], axis=-1)
    return np.repeat(column[:, None].astype(np.float32), width, axis=1)


def noise(size: Size, *, cells: float, octaves: int, rng: np.random.Generator) -> Floats:
    """Cloudy noise, 0..1 around 0.5, with about `cells` lumps across the width."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    weight, weights = 1.0, 0.0
    for octave in range(octaves):
        across = max(2, round(cells * 2**octave))
        down = max(2, round(cells * 2**octave * height / width))
        lumps = rng.random((down + 3, across + 3), dtype=np.float32)
        total += weight * cv2.resize(lumps, size, interpolation=cv2.INTER_CUBIC)
        weights += weight
        weight /= 2
    return total / np.float32(weights)


def grain(size: Size, *, rng: np.random.Generator, sigma: float = 0.7) -> Floats:
    """Film grain: zero mean, unit deviation, lumps of `sigma` pixels; tiled from one patch."""
    width, height = size
    side = 512
    speckles = rng.standard_normal((side, side), dtype=np.float32)
    wrapped = np.pad(speckles, 8, mode="wrap")
    soft = cv2.GaussianBlur(wrapped, (0, 0), sigma)[8:-8, 8:-8]
    patch = soft / np.float32(soft.std())
    return cast(Floats, np.tile(patch, (-(-height // side), -(-width // side)))[:height, :width])
