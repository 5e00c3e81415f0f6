"""What members choose from, in commands and in forms alike."""

from __future__ import annotations

from faceswap.models import Ratio

RATIOS = {
    "Portrait (1200 × 1800)": Ratio.PORTRAIT,
    "Landscape (1800 × 1200)": Ratio.LANDSCAPE,
    "Square (1280 × 1280)": Ratio.SQUARE,
}
