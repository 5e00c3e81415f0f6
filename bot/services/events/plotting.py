"""Draws an event's pictures over time as PNG; run as a program, between its standard streams.

Matplotlib takes a second and 60 MB to load, for one chart at the end of an event: so it is loaded
in a process that ends with it, and never in the bot's.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# An opaque ground: it looks the same in Discord's dark and light themes.
GROUND, TEXT, MUTED, GRID = "#23222a", "#f4f1ea", "#c9c4d4", "#4a4854"
BAR, BEST = "#8e9bff", "#ffd166"
WIDTH, HEIGHT, DPI = 8.0, 4.2, 150
WIDE_BAR = 0.82  # of the room each has
FEWEST = 8  # bars that would fill the width; fewer stay slim
_FONT = Path(__file__).parents[2] / "assets" / "fonts" / "Nunito-ExtraBold.ttf"
_FAMILY = "Nunito"


def plot(*, labels: Sequence[str], values: Sequence[int], axis: str, title: str) -> bytes:
    """Draw a bar for each value, below it its label if it is not empty; returns a PNG."""
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    font_manager.fontManager.addfont(str(_FONT))
    layout = ConstrainedLayoutEngine(w_pad=0.2, h_pad=0.2)
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor=GROUND, layout=layout)
    axes = figure.add_subplot(facecolor=GROUND)
    _draw_bars(axes, values)
    axes.set_title(title, loc="left", fontsize=17, pad=14, color=TEXT, fontfamily=_FAMILY)
    axes.set_xlabel(axis, fontsize=12, labelpad=8, color=MUTED, fontfamily=_FAMILY)
    places = [at for at, label in enumerate(labels) if label]
    axes.set_xticks(places, [labels[at] for at in places])
    _tidy(axes)
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=GROUND, metadata={"Software": None})
    return out.getvalue()


def _draw_bars(axes: Any, values: Sequence[int]) -> None:
    """Draw the bars; the first of the highest stands out, and says how high it is."""
    highest = max(values)
    best = values.index(highest) if highest else None
    colours = [BEST if at == best else BAR for at in range(len(values))]
    axes.bar(range(len(values)), values, width=WIDE_BAR, color=colours)
    if best is not None:
        style = {"ha": "center", "fontsize": 16, "fontfamily": _FAMILY, "color": BEST}
        above = {"xytext": (0, 4), "textcoords": "offset points"}
        axes.annotate(str(highest), (best, highest), **above, **style)
    missing = max(0, FEWEST - len(values)) / 2
    axes.set_xlim(-0.6 - missing, len(values) - 0.4 + missing)
    axes.set_ylim(0, max(1, highest) * 1.15)


def _tidy(axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
    axes.tick_params(labelcolor=TEXT, labelfontfamily=_FAMILY, length=0, labelsize=13, pad=6)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)


def main() -> int:
    """Read what to plot from standard input; write the PNG to standard output."""
    sys.stdout.buffer.write(plot(**json.load(sys.stdin)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
