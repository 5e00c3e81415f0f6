"""Every figure in one run: `python -m bench [--short]`, which is `make bench`.

Ratios of one run say more than numbers of one machine, so most are measured beside a floor: the
same job in bare discord.py (`bench/floor.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from bench import (
    first_answer,
    following,
    large_photos,
    memory,
    posting,
    start,
    storage,
    throughput,
    wall,
)
from bench.report import show

ROOT = Path(__file__).parents[1]
ENGINE_SECONDS = 300
FIGURES = (
    start,
    first_answer,
    posting,
    following,
    throughput,
    storage,
    large_photos,
    memory,
    wall,
)


def main() -> int:
    """Measure everything; the exit code is 1 if a bound was not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer jobs, without the engine")
    short = parser.parse_args().short
    reached = True
    print(f"load of this machine before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores")
    for module in FIGURES:
        started = time.monotonic()
        figures = asyncio.run(module.measure(short=short))
        print(f"\n{module.__name__} ({time.monotonic() - started:.0f} s)")
        show(figures)
        reached &= all(figure.reached for figure in figures)
    if not short:
        _measure_engine()
    return 0 if reached else 1


def _measure_engine() -> None:
    """Measure the studio stage by stage."""
    print("\nbench.engine", flush=True)
    command = (sys.executable, "-m", "bench.engine")
    try:
        subprocess.run(command, cwd=ROOT, check=False, timeout=ENGINE_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        print(f"not finished within {ENGINE_SECONDS} s; run it alone")


if __name__ == "__main__":
    sys.exit(main())
