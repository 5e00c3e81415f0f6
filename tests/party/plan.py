"""What is to happen at a party: how many come, what each of them is like, how long it lasts."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a guest is like."""

    ORDINARY = "takes one picture"
    EAGER = "takes as many as allowed, and one more"
    CARELESS = "uploads something that is no photo, then a photo"
    SHY = "does not consent, then does"
    UNLUCKY = "has a photo that the API refuses or fails with, then another"
    ROWDY = "is blocked for the first picture, and comes back"
    REPENTANT = "takes the own picture down again"
    LATE = "opens the form in time and sends it in when all is over"


_WEIGHTS = {
    Kind.ORDINARY: 66,
    Kind.EAGER: 14,
    Kind.CARELESS: 4,
    Kind.SHY: 3,
    Kind.UNLUCKY: 5,
    Kind.ROWDY: 3,
    Kind.REPENTANT: 3,
    Kind.LATE: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is to happen. Times are in seconds of the event."""

    seed: int
    guests: int
    kills: int
    seconds: float  # how long the event is open
    guest_limit: int = 2
    moderators: int = 3
    reject_share: float = 0.05
    votes_each: int = 4
    making: tuple[float, float] = (0.2, 2.0)  # seconds that the API takes for a picture
    honours_keys: bool = True
    pot: int | None = None
    in_posts: bool = False  # the gallery is a media channel, and each picture a post of its own
    checks_schema: bool = True  # hold each request against Discord's document; it costs much time

    @property
    def pot_of_all(self) -> int:
        """A little less than what the guests would take, so that it runs out."""
        return self.pot if self.pot is not None else max(4, round(self.guests * 1.05))

    @property
    def coming(self) -> float:
        """The seconds within which guests come: pictures and votes take what is left."""
        return self.seconds * 0.55

    def kinds(self) -> list[Kind]:
        """One kind for each guest, and of each kind one if there are enough guests."""
        rng = random.Random(f"{self.seed}:kinds")
        drawn = rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()), k=self.guests)
        each = list(Kind)[: self.guests]
        drawn[: len(each)] = each
        rng.shuffle(drawn)
        return drawn
