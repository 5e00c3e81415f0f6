"""What a measurement says: a figure, the bound it must stay within, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number; `bound` None: it is only told. `note` says what it was measured with."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def reached(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        number = f"{self.value:.4g}"
        line = f"{self.name:58} {number:>8} {self.unit:11}"
        if self.bound is not None:
            sign = "≥" if self.at_least else "≤"
            line += f" {sign} {self.bound:<8.4g} {'reached' if self.reached else 'NOT REACHED'}"
        return f"{line.rstrip():100}  {self.note}".rstrip()


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def show(figures: Sequence[Figure]) -> None:
    """Print figures as they come."""
    for figure in figures:
        print(figure, flush=True)
