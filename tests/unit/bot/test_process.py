from __future__ import annotations

import resource
import signal
import subprocess
import sys

import pytest

from bot.process import raise_open_files

WAITER = """
import asyncio, logging
from bot.process import stop_on_signals

async def main():
    logging.basicConfig(level=logging.INFO)
    stop = stop_on_signals()
    print("ready", flush=True)
    await stop.wait()
    print("stopping", flush=True)
    {after}

asyncio.run(main())
"""


def start(*, after: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WAITER.format(after=after)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_sets_the_event(number: signal.Signals) -> None:
    with start(after="") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert out == "stopping\n"
    assert process.returncode == 0
    assert "Traceback" not in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_second_signal_leaves_at_once(number: signal.Signals, code: int) -> None:
    with start(after="await asyncio.Event().wait()") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=20)

    assert process.returncode == code
    assert "leaving at once" in err


def test_open_files_are_raised_to_what_the_system_grants() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        limit = raise_open_files()
        assert limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert limit == (65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_high_limit_is_not_lowered() -> None:
    before = raise_open_files()

    assert raise_open_files() == before


HOLDER = """
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from bot.process import give_back_memory

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

def photo(_):
    held = bytearray(b"x") * 2_000_000
    kept.append(bytearray(b"x") * 20_000)  # such as a job's row, in use for longer
    return held

give_back_memory()
kept = []
with ThreadPoolExecutor(8) as threads:
    before = megabytes()
    for _ in range(4):
        photos = list(threads.map(photo, range(40)))
    del photos
    print(megabytes() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
def test_memory_of_photos_is_given_back() -> None:
    """Without it some 150 MB stay."""
    command = [sys.executable, "-c", HOLDER]
    still_held = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert float(still_held) < 20
