"""How long each kind of call may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """All in seconds, each counted from the start of what it bounds."""

    connect: float = 10.0  # name, TCP and TLS of any call
    submit: float = 120.0  # a whole submission, the photo's upload included
    status: float = 600.0  # until a status call begins to answer: v6 may block for a whole job
    shared: float = 15.0  # … while other jobs wait for one of the few that may be open
    picture: float = 120.0  # reading one status answer, once its turn has come
    catalogue: float = 30.0
    preview: float = 30.0  # the studio draws one when it is first asked for
    health: float = 5.0
