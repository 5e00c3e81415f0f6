"""The engine's calls as the studio makes them: typed orders out, results or typed errors back."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Any

from faceswap.models import Gender, PhotoProblem
from studio.engine.protocol import FilterBlocked, FilterUnknown, PhotoRefused
from studio.server.models import SketchSpec, SwapSpec
from studio.server.pool import WorkerPool

_log = logging.getLogger(__name__)
_QUICK_TIMEOUT = 30.0  # for what a person waits for
_BEGIN_WITHIN = 30.0


class EngineBroken(Exception):
    """The engine failed in an unexpected way; its trace is in the log."""


class EngineCalls:
    """Everything the studio asks of its engine; each call may raise WorkerLost."""

    def __init__(self, pool: WorkerPool, *, job_timeout: float) -> None:
        self._pool = pool
        self._job_timeout = job_timeout

    async def inspect(self, photo: Path, spec: SwapSpec) -> None:
        """Check a photo before its job is accepted; raises what the engine refuses, WorkersBusy."""
        order = {
            "call": "inspect",
            "photo": str(photo),
            "filter_id": spec.filter_id,
            "gender": spec.gender.value,
        }
        await self._ask_quickly(order)

    async def preview(self, filter_id: int) -> bytes:
        """Draw a filter's small preview, as WebP."""
        done = await self._ask_quickly({"call": "preview", "filter_id": filter_id})
        return base64.b64decode(done["webp"])

    async def swap(self, photo: Path, picture: Path, spec: SwapSpec) -> None:
        """Make a picture of a photo and write it to a file."""
        order = {
            "call": "swap",
            "photo": str(photo),
            "picture": str(picture),
            "filter_id": spec.filter_id,
            "gender": spec.gender.value,
            "ratio": spec.ratio.value,
            "quality": spec.quality.value,
        }
        await self._ask_in_turn(order)

    async def sketch(self, picture: Path, spec: SketchSpec) -> str:
        """Make a picture of words, write it to a file and say what was understood."""
        order = {
            "call": "sketch",
            "picture": str(picture),
            "prompt": spec.prompt,
            "seed": spec.seed,
        }
        understood: str = (await self._ask_in_turn(order))["understood"]
        return understood

    async def _ask_quickly(self, order: dict[str, Any]) -> dict[str, Any]:
        timeout = min(_QUICK_TIMEOUT, self._job_timeout)
        answer = await self._pool.ask(
            order, timeout=timeout, urgent=True, begin_within=_BEGIN_WITHIN
        )
        return _result(answer, order)

    async def _ask_in_turn(self, order: dict[str, Any]) -> dict[str, Any]:
        return _result(await self._pool.ask(order, timeout=self._job_timeout), order)


def _result(answer: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    if "photo_refused" in answer:
        raise PhotoRefused(PhotoProblem(answer["photo_refused"]), answer["detail"])
    if answer.get("filter_refused") == "unknown":
        raise FilterUnknown(order["filter_id"])
    if "filter_refused" in answer:
        raise FilterBlocked(order["filter_id"], Gender(order["gender"]))
    if "broken" in answer:
        _log.error("The engine raised %s\n%s", answer["broken"], answer["trace"])
        raise EngineBroken(answer["broken"])
    done: dict[str, Any] = answer["done"]
    return done
