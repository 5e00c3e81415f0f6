"""A community event of 500 guests, killed three times: `python -m tests.party`, or `make party`.

A whole run takes about a quarter of an hour; one with `--guests 40 --kills 1` a minute and a half.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from pathlib import Path

import pytest

from tests.party.audit import Verdict
from tests.party.plan import Plan
from tests.party.run import run

SECONDS_A_GUEST = 1.35  # Discord takes one message a second in the moderators' channel
SHORTEST = 45.0


def main() -> int:
    """Hold the party of the command line; 1: a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.party", description=__doc__)
    parser.add_argument("--guests", type=int, default=500, help="(default: %(default)s)")
    parser.add_argument("--kills", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, help="who comes, and when")
    parser.add_argument("--seconds", type=float, help="how long it is open (default: as needed)")
    parser.add_argument("--backend", choices=["hosted", "studio"], default="studio")
    parser.add_argument("--gallery", choices=["thread", "media"], default="thread")
    parser.add_argument(
        "--checked",
        action="store_true",
        help="hold each request against Discord's document, as the short form does; it is slow",
    )
    parser.add_argument("--keep", type=Path, help="an empty folder for database and log")
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it reports killed clients
    plan = Plan(
        seed=seed,
        guests=options.guests,
        kills=options.kills,
        seconds=options.seconds or max(SHORTEST, options.guests * SECONDS_A_GUEST + 30),
        honours_keys=options.backend == "studio",
        in_posts=options.gallery == "media",
        checks_schema=options.checked,
    )
    say(f"Seed {seed}: {plan.guests} guests, {plan.kills} kills, open for {plan.seconds:.0f} s.")
    try:
        return 1 if show(_run(plan, options.keep)).violations else 0
    except pytest.skip.Exception as reason:
        say(f"It cannot take place here: {reason}.")
        return 2


def _run(plan: Plan, keep: Path | None) -> Verdict:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="party-") as temporary:
            return asyncio.run(run(plan, Path(temporary)))
    keep.mkdir(parents=True)
    return asyncio.run(run(plan, keep))


def show(verdict: Verdict) -> Verdict:
    """Print figures and violations."""
    for name, value in verdict.figures.items():
        say(f"{name:46} {value}")
    say("Guests who were not served read:")
    for words, count in verdict.reasons.most_common():
        say(f"    {count:4}  {words!r}")
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
