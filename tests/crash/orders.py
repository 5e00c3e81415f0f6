"""What is ordered in a crash run: each order with a mark that the API sees, and a fate there."""

from __future__ import annotations

import enum
import random
import uuid
from collections import deque
from dataclasses import dataclass

from tests.support.scripted_api import Call


class Fate(enum.Enum):
    """What becomes of an order at the API."""

    MADE = "made"
    FAILS = "ends as FAILED"
    EMPTY = "ends without a picture"
    GARBAGE = "its picture is none"
    REFUSED = "refused with 422"
    BUSY = "first answered with 429"
    ERROR = "taken, then answered with 502"
    RESET = "taken, then the connection is reset"
    NEVER = "never ends"


class Habit(enum.Enum):
    """What its member does beside waiting."""

    WAITS = enum.auto()
    CANCELS = enum.auto()
    AGAIN = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. Its mark is a filter's UUID, or the words of a picture from words."""

    number: int
    mark: str
    is_prompt: bool
    private: bool
    fate: Fate
    habit: Habit
    making_seconds: float

    @property
    def patience(self) -> float:
        """Seconds after which a member who cancels presses the button."""
        return self.making_seconds / 2


class Orders:
    """Draws orders by the seed, and knows each by its mark."""

    def __init__(self, seed: int, *, endless: bool) -> None:
        self._seed = seed
        self._endless = endless
        self._count = 0
        self._by_mark: dict[str, Order] = {}
        self.wishes: deque[Fate | Habit] = deque()  # for the orders that come next

    def draw(self) -> Order:
        """Return the next order: the same for the same seed and number, but for a wish."""
        self._count += 1
        rng = random.Random(f"{self._seed}:{self._count}")
        is_prompt = rng.random() < 0.2
        fate, habit = self._fate(rng), self._habit(rng)
        wish = self.wishes.popleft() if self.wishes else None
        order = Order(
            number=self._count,
            mark=_words(self._count) if is_prompt else str(uuid.UUID(int=rng.getrandbits(128))),
            is_prompt=is_prompt,
            private=rng.random() < 0.2,
            fate=wish if isinstance(wish, Fate) else Fate.MADE if wish else fate,
            habit=wish if isinstance(wish, Habit) else habit,
            making_seconds=rng.uniform(0.2, 3.0),
        )
        self._by_mark[order.mark] = order
        return order

    def of(self, call: Call) -> Order:
        """Return the order that a submission belongs to."""
        return self._by_mark[mark_of(call)]

    def _fate(self, rng: random.Random) -> Fate:
        weights = {
            Fate.MADE: 84,
            Fate.FAILS: 5,
            Fate.EMPTY: 1,
            Fate.GARBAGE: 1,
            Fate.REFUSED: 3,
            Fate.BUSY: 2,
            Fate.ERROR: 2,
            Fate.RESET: 2,
            Fate.NEVER: 0.5 if self._endless else 0,
        }
        return rng.choices(list(weights), list(weights.values()))[0]

    def _habit(self, rng: random.Random) -> Habit:
        return rng.choices(list(Habit), (88, 6, 6))[0]


def mark_of(call: Call) -> str:
    """Return the mark that a submission carries."""
    fields = call.fields
    return str(fields.get("prompt") or fields.get("filter_id"))


def _words(number: int) -> str:
    return f"mountains at sunset, number {number}"
