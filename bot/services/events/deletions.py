"""Messages that were deleted before anybody here knew what they show.

Discord may tell of a deletion sooner than it answers the post: another bot of the server can be
that quick.
"""

from __future__ import annotations

from collections import deque

MOST = 1000  # messages; those of all servers come by


class Deletions:
    """The latest messages that were deleted."""

    def __init__(self) -> None:
        self._latest: deque[int] = deque(maxlen=MOST)

    def note(self, message_id: int) -> None:
        self._latest.append(message_id)

    def has(self, message_id: int) -> bool:
        return message_id in self._latest
