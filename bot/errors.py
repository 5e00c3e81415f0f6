"""What a member did or can act on: errors that carry data, no prose."""

from __future__ import annotations
