"""Ports for servers whose address must be known before they start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Find a port of the loopback interface that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
