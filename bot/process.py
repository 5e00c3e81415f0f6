"""The operating system's process: open files, memory and signals."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import resource
import signal

_log = logging.getLogger(__name__)

# Each status call that the API keeps open is a file; macOS starts programs with 256 and refuses
# more than its OPEN_MAX even where the hard limit says "infinity".
_WANTED_OPEN_FILES = (65_536, 10_240)
# Of glibc's mallopt: buffers of this size and more are mapped, and so are given back when freed.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 128 * 1024
_ARENAS = 2
_BY_SIGNAL = 128  # what a shell adds to the number of the signal that ended a program


def raise_open_files() -> int:
    """Allow as many open files as the system grants; returns the limit that holds now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in _WANTED_OPEN_FILES:
        target = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft == resource.RLIM_INFINITY or soft >= target:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        except (OSError, ValueError):
            continue
        soft = target
        break
    return soft


def give_back_memory() -> None:
    """Have photos and pictures leave the process's memory as soon as they are done with.

    glibc would learn from the first few that such sizes are usual, and keep what is freed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return  # another C library: musl gives large buffers back anyway
    mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
    mallopt(_TRIM_THRESHOLD, _LARGE_BYTES)
    mallopt(_ARENA_MAX, _ARENAS)


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; a second signal ends the process at once."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if event.is_set():
            _log.warning("%s again: leaving at once", number.name)
            logging.shutdown()
            os._exit(_BY_SIGNAL + number)
        _log.info("%s: stopping; once more leaves at once", number.name)
        event.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    return event
