"""The typed asynchronous client."""

from __future__ import annotations
