"""Kill the bot again and again while members order: `python -m tests.crash`, or `make crash`.

A whole run takes about 20 minutes; one with `--jobs 100 --kills 12 --freeze 0` three.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from pathlib import Path

from tests.crash.audit import Verdict
from tests.crash.run import run
from tests.crash.scene import Plan

LONG_FREEZE = 70.0  # seconds: longer than discord.py's patience with the gateway


def main() -> int:
    """Run the plan of the command line against both kinds of back end; 1: a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000, help="in all (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=200, help="in all (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="what is ordered and when it is killed")
    parser.add_argument("--backend", choices=["hosted", "studio", "both"], default="both")
    parser.add_argument(
        "--freeze",
        type=float,
        default=LONG_FREEZE,
        help="seconds of the last one; 0: none (default: %(default)s)",
    )
    parser.add_argument("--keep", type=Path, help="an empty folder for database and log")
    options = parser.parse_args()
    kinds = ["hosted", "studio"] if options.backend == "both" else [options.backend]
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it reports killed clients
    broken = 0
    for kind in kinds:
        plan = Plan(
            seed=seed,
            jobs=options.jobs // len(kinds),
            kills=-(-options.kills // len(kinds)),
            honours_keys=kind == "studio",
            long_freeze=options.freeze,
        )
        say(f"Seed {seed}: {plan.jobs} jobs, {plan.kills} kills, {plan.backend} back end.")
        broken += len(show(_run(plan, options.keep)).violations)
    return 1 if broken else 0


def _run(plan: Plan, keep: Path | None) -> Verdict:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="crash-") as temporary:
            return asyncio.run(run(plan, Path(temporary)))
    folder = keep / plan.backend
    folder.mkdir(parents=True)
    return asyncio.run(run(plan, folder))


def show(verdict: Verdict) -> Verdict:
    """Print figures, violations and the stories of the first broken jobs."""
    for name, value in verdict.figures.items():
        say(f"{name:36} {value}")
    tables = {"strikes that met their moment": verdict.moments, "kills by state": verdict.states}
    for title, table in tables.items():
        say(f"{title}:")
        for name, count in sorted(table.items()):
            say(f"    {name:32} {count}")
    for story in verdict.histories:
        say(f"\n{story}\n")
    for violation in verdict.violations:
        say(f"BROKEN: {violation}")
    say(
        "No promise was broken." if not verdict.violations else f"{len(verdict.violations)} broken."
    )
    return verdict


def say(words: str) -> None:
    """Print at once, also into a file."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
