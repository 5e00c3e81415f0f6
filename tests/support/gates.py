"""A gate between a test and another process: the test knows when it is reached and opens it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path


class Gate:
    """A named pipe; a reader stands before it until `open` (`wait PATH` to the odd engine)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        os.mkfifo(path)

    @property
    def words(self) -> str:
        return f"wait {self.path}"

    async def reached(self) -> None:
        """Return once somebody stands before the gate."""
        arriving = asyncio.create_task(asyncio.to_thread(os.open, self.path, os.O_WRONLY))
        done, _ = await asyncio.wait((arriving,), timeout=10)
        if not done:  # free the thread, or the test run would never end
            os.close(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK))
        self._descriptor = await arriving
        assert done, "nobody came to the gate"

    async def open(self) -> None:
        """Let the reader pass, when it comes."""
        if self._descriptor is None:
            await self.reached()
        assert self._descriptor is not None
        os.close(self._descriptor)
        self._descriptor = None

    def left(self) -> None:
        """Forget the reader, who was killed before the gate: the next one is to be waited for."""
        assert self._descriptor is not None
        os.close(self._descriptor)
        self._descriptor = None

    def remove(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self.path.unlink()
