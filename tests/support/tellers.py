"""The second implementation of Teller: it notes what organisers would have read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class NotingTeller:
    """Takes everything, unless told that Discord does not answer."""

    told: list[tuple[int, str]] = field(default_factory=list)
    away: bool = False

    async def tell(self, channel_id: int, text: str) -> bool:
        if not self.away:
            self.told.append((channel_id, text))
        return not self.away
