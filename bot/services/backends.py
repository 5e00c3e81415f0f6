"""Where jobs are sent: the configured back end, and others whose jobs are still under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faceswap.client import FaceSwapClient
from faceswap.models import APIVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """One FaceSwap API. `name` is what a job's row remembers: "studio", or the API's URL."""

    name: str
    client: FaceSwapClient
    swap_version: APIVersion
    idempotent: bool  # honours Idempotency-Key, so that a submission may be repeated


class Backends:
    """The current back end, and those that only finish what they were given."""

    def __init__(self, current: Backend, *others: Backend) -> None:
        self.current = current
        self._by_name = {backend.name: backend for backend in (*others, current)}

    def __iter__(self) -> Iterator[Backend]:
        return iter(self._by_name.values())

    def find(self, name: str | None) -> Backend | None:
        """Return the back end a job was sent to, or None if it is not configured any more."""
        return self._by_name.get(name or "")
