"""Bringing photos of all kinds to the same range of tones before a filter colours them."""

from __future__ import annotations

from typing import cast

import numpy as np

from studio.engine.faces import face_values
from studio.engine.matte import Cutout
from studio.engine.pixels import Floats, luminance, mix, smoothstep


def balanced(cutout: Cutout, *, middle: float, span: float, saturation: float) -> Floats:
    """Stretch the face's tones to about `span`, and move their middle half-way to `middle`.

    Half-way only: dark skin stays dark, a badly lit photo still becomes readable.
    """
    grey = luminance(cutout.colours)
    low, median, high = np.percentile(face_values(grey, cutout.face), [3, 50, 97])
    target = median + (middle - median) * 0.55
    gain = float(np.clip(span / max(high - low, 0.08), 0.85, 1.5))
    tone = np.clip((grey - np.float32(median)) * np.float32(gain) + np.float32(target), 0.01, 1)
    tone = mix(tone, smoothstep(0, 1, tone), 0.30)
    ratio = np.clip(tone / np.maximum(grey, 0.03), 0, 3)
    coloured = cast(Floats, np.clip(cutout.colours * ratio[..., None], 0, 1.2))
    return mix(np.repeat(tone[..., None], 3, axis=2), coloured, saturation)
