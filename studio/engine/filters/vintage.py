"""The Vintage Portrait filter: a sepia studio print on a gold-lettered mount card."""

from __future__ import annotations

from typing import Final

import numpy as np

from faceswap.models import Gender
from studio.engine.faces import face_values
from studio.engine.filters.style import Subject
from studio.engine.matte import Cutout, cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    colour,
    grain,
    mix,
    resize,
    smoothstep,
    to_bytes,
)
from studio.engine.placement import Framing, fade_cuts, place
from studio.engine.protocol import FilterInfo
from studio.engine.relight import light_from
from studio.engine.scenes import mount_card, studio_print
from studio.engine.scenes.mount_card import Mount

_FRAMING: Final = Framing(face_height=0.29, tallest=0.50, centre=(0.5, 0.41), slack=(0.08, 0.07))
_PLATE: Final = np.array([0.24, 0.50, 0.26], np.float32)
"""How strongly red, green and blue darken an old plate: lips and cheeks come out dark."""

_WINDOW_LIGHT: Final = (-0.55, -0.45, 0.70)  # from the upper left, towards the camera
_PAPER: Final = 0.88


class VintagePortrait:
    """A cabinet card of 1898."""

    info = FilterInfo(
        id=34,
        name="Vintage Portrait",
        category="Photography",
        group=False,
        description="An old studio portrait: you in sepia, on a mount card with gold lettering.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        mount = mount_card.MOUNTS[gender]
        layout = mount_card.card_layout(size)
        card = mount_card.paint_card(size, mount).copy()
        window = (layout.width, layout.height)
        print_ = _aged(_exposed(subject, window=window, detail=detail), window)
        card[layout.photograph] = _toned(print_, mount)
        return card


def _exposed(subject: Subject, *, window: Size, detail: float) -> Floats:
    """Take the photograph: brightness 0..1 of the person before the backdrop."""
    work = (round(window[0] * detail), round(window[1] * detail))
    placement = place(subject.face, subject.matte, window=work, framing=_FRAMING)
    cutout = cut_out(subject.pixels, subject.matte, subject.face, placement=placement, size=work)
    bust = resize(_developed(cutout), window)
    fade = fade_cuts(placement, face=subject.face, photo=subject.matte.shape, size=work)
    alpha = np.clip(resize(cutout.alpha * fade, window), 0, 1)
    scene = mix(studio_print.backdrop(window), bust, alpha)
    glow = blur(scene, window[0] * 0.015)
    screened = 1 - (1 - scene) * (1 - glow * np.float32(0.5))
    return mix(scene, screened, 0.12)  # a soft-focus lens spreads the lights, not the shadows


def _developed(cutout: Cutout) -> Floats:
    """Turn colours into an old plate's greys, exposed for the face and lit from a window."""
    shade = np.float32(0.62) + np.float32(0.50) * light_from(cutout, _WINDOW_LIGHT)
    grey = (cutout.colours @ _PLATE) * shade
    values = face_values(grey, cutout.face)
    low, middle, high = np.percentile(values, [3, 50, 98])
    gain = np.clip(0.66 / max(high - low, 0.08), 0.8, 2.0)
    target = middle + (0.60 - middle) * 0.7
    grey = np.clip((grey - np.float32(middle)) * np.float32(gain) + np.float32(target), 0, 1)
    contrasty = mix(grey, smoothstep(0, 1, grey), 0.45)
    return np.float32(0.02) + np.float32(0.93) * contrasty


def _aged(scene: Floats, window: Size) -> Floats:
    """Print in an oval on paper, with grain, stains and scratches."""
    oval = studio_print.oval(window)
    stains, scratches = studio_print.ageing(window)
    speckle = grain(window, rng=np.random.default_rng(3), sigma=0.8) * np.float32(0.022)
    print_ = mix(np.full_like(scene, _PAPER), scene + speckle, oval) * stains
    return np.clip(mix(print_, np.full_like(print_, 0.95), scratches * np.float32(0.7)), 0, 1)


def _toned(print_: Floats, mount: Mount) -> Bytes:
    """Replace greys by the tones of the print; a table, since a print has 256 of them."""
    tones = (mount.shadow_tone, mount.middle_tone, mount.light_tone)
    colours = np.array([colour(tone) for tone in tones])
    where = np.linspace(0, 1, 256)
    table = np.stack([np.interp(where, [0, 0.5, 1], colours[:, c]) for c in range(3)], axis=-1)
    indices = to_bytes(print_)
    return to_bytes(table.astype(np.float32))[indices]
