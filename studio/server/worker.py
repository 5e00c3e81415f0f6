"""The worker process: loads the engine, then answers one JSON line with one JSON line.

Started by `process` as `python -m studio.server.worker FACTORY PARENT_PID MEMORY_MB`. It makes no
network connection and knows no key; photos and pictures cross as file names.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import dataclasses
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from faceswap.models import Gender, Quality, Ratio
from studio.engine.protocol import Engine, EngineError, FilterUnknown, PhotoRefused

Message = dict[str, Any]  # one JSON line

_NICENESS = 10
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the parent closes our input or is gone."""
    factory, parent, memory_mb = sys.argv[1:4]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is sent to the whole group
    answers = _take_stdout()
    orders = _read_orders()
    _end_with(int(parent))
    _limit_memory(int(memory_mb))
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    engine: Engine | None = None

    def begin() -> Message:
        nonlocal engine
        engine = _create(factory)
        return {"catalogue": [dataclasses.asdict(entry) for entry in engine.catalogue()]}

    _say(answers, _guarded(begin))
    while engine is not None:
        order = orders.get()
        _say(answers, _guarded(partial(_carry_out, engine, order)))


def _create(factory: str) -> Engine:
    module, _, name = factory.partition(":")
    engine: Engine = getattr(importlib.import_module(module), name)()
    return engine


def _carry_out(engine: Engine, order: Message) -> Message:
    call, filter_id = order["call"], order.get("filter_id", 0)
    if call == "preview":
        return {"webp": base64.b64encode(engine.preview(filter_id)).decode()}
    if call == "sketch":
        sketch = engine.sketch(order["prompt"], seed=order["seed"])
        _write(Path(order["picture"]), sketch.png)
        return {"understood": sketch.understood}
    photo, gender = Path(order["photo"]).read_bytes(), Gender(order["gender"])
    if call == "inspect":
        engine.inspect(photo, filter_id=filter_id, gender=gender)
        return {}
    ratio, quality = Ratio(order["ratio"]), Quality(order["quality"])
    png = engine.swap(photo, filter_id=filter_id, gender=gender, ratio=ratio, quality=quality)
    _write(Path(order["picture"]), png)
    return {}


def _guarded(action: Callable[[], Message]) -> Message:
    """Turn every outcome into a message; of an unexpected error only its place, no values."""
    try:
        return {"done": action()}
    except EngineError as refused:
        return _refusal(refused)
    except MemoryError:
        return {"out_of_memory": True}
    except ImportError as error:  # names a module, and nobody's data
        return {"broken": f"{type(error).__name__}: {error}", "trace": _trace(error)}
    except Exception as error:  # noqa: BLE001 - the engine is foreign code
        return {"broken": type(error).__name__, "trace": _trace(error)}


def _refusal(refused: EngineError) -> Message:
    if isinstance(refused, PhotoRefused):
        return {"photo_refused": refused.problem.value, "detail": refused.detail}
    return {"filter_refused": "unknown" if isinstance(refused, FilterUnknown) else "blocked"}


def _trace(error: Exception) -> str:
    return "".join(traceback.format_tb(error.__traceback__))


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _say(answers: BinaryIO, message: Message) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


def _take_stdout() -> BinaryIO:
    """Keep standard output for answers: whatever the engine's libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _read_orders() -> queue.SimpleQueue[Message]:
    """Read orders in a thread, so that a closed input ends the process even while it works."""
    orders: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            orders.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return orders


def _end_with(parent: int) -> None:
    """Ask Linux to kill us with our parent, which also works while no thread of ours can run."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(0)


def _limit_memory(megabytes: int) -> None:
    """Bound what the engine may allocate; a limit on addresses would count mapped files too."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows; not on macOS
        import resource  # noqa: PLC0415

        size = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


if __name__ == "__main__":
    main()
