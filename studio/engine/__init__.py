"""The studio's pixels: a photo in, a picture out; no HTTP, no asyncio.

Importing this package loads no pixel library; `create_engine` does.
"""

from __future__ import annotations

from studio.engine.protocol import Engine

__all__ = ["create_engine"]


def create_engine() -> Engine:
    """Build the engine that ships with the studio: head-in-scene on the CPU."""
    from studio.engine.booth import BoothEngine  # noqa: PLC0415 - the server must start light

    return BoothEngine()
