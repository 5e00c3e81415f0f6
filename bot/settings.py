"""Settings from the environment: typed, every problem reported at once."""

from __future__ import annotations
