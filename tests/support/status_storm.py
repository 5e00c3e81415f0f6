"""A process of its own that asks for many jobs at once and says how far its memory grew.

Run as `python -m tests.support.status_storm URL KEY CALLS FOLDER`; prints bytes.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

from faceswap import APIVersion, FaceSwapClient


async def storm(url: str, *, key: str, calls: int, folder: Path) -> int:
    async def ask(client: FaceSwapClient) -> None:
        job = await client.get_status("job", version=APIVersion.V6, into=folder)
        for picture in job.pictures:
            picture.unlink()

    async with FaceSwapClient(url=url, key=key) as client:
        await client.list_filters()  # whatever is loaded on first use is not growth
        before = _peak_memory()
        async with asyncio.TaskGroup() as group:
            for _ in range(calls):
                group.create_task(ask(client))
    return _peak_memory() - before


def _peak_memory() -> int:
    """Read the high-water mark of this process alone; `getrusage` would inherit our parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    url, key, calls, folder = sys.argv[1:]
    growth = asyncio.run(storm(url, key=key, calls=int(calls), folder=Path(folder)))
    sys.stdout.write(f"{growth}\n")
