"""Free ports, for what must be at the same place again after a restart."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Choose a port of the loopback interface; it is free until somebody else takes it."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
