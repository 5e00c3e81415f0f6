"""The bot in a process whose event loop is watched: `python -m bench.watched REPORT run`.

A timer that is due every few milliseconds notes how late it was, as long as a file with the name
of REPORT, but ending in `.go`, is there; at the end the worst stands in REPORT.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.cli import main

EVERY_SECONDS = 0.005


class WatchedLoop(asyncio.SelectorEventLoop):
    """A loop that notes how late it comes to a timer of its own."""

    def __init__(self, go: Path) -> None:
        super().__init__()
        self.worst = 0.0
        self._go = go
        self._due = 0.0

    def run_forever(self) -> None:
        self._wind_up()
        super().run_forever()

    def _wind_up(self) -> None:
        self._due = self.time() + EVERY_SECONDS
        self.call_at(self._due, self._look)

    def _look(self) -> None:
        late = self.time() - self._due
        if late > self.worst and self._go.exists():
            self.worst = late
        self._wind_up()


def run() -> int:
    """Run the bot with the arguments after the first, and write the report."""
    report = Path(sys.argv.pop(1))
    loops: list[WatchedLoop] = []

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            loops.append(WatchedLoop(report.with_suffix(".go")))
            return loops[-1]

    asyncio.set_event_loop_policy(Policy())
    try:
        return main()
    finally:
        report.write_text(json.dumps({"worst": max(loop.worst for loop in loops)}))


if __name__ == "__main__":
    sys.exit(run())
