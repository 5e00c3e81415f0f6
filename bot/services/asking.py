"""When to ask for the status of a job whose status calls answer at once. Pure.

Each question costs the API and us something, each second between a job's end and the next question
costs its member. Where a request is worth `w` seconds of waiting, the best schedule asks about
sqrt(h / 2w) times a second, h being the chance that the job ends in the next second if it has not
yet (J. B. Keller, "Optimum checking schedules for systems subject to random failure", 1974). So
questions are rare while it is too early, dense around the usual end, and thin out again behind it.
"""

from __future__ import annotations

import math

from bot.services.durations import Guess

REQUEST_SECONDS = 0.47  # of waiting that one request is worth, at least
REQUEST_PART = 0.03  # … and as a part of the usual duration
SHORTEST_STEP = 0.25  # seconds
LONGEST_STEP = 300.0
_PIECES = 64  # of the way that one look ahead is cut into


def next_question(guess: Guess, *, asked: float) -> float:
    """Say when to ask next of a job that had not ended after `asked` seconds.

    Both are counted from its submission; the answer is later by SHORTEST_STEP at least.
    """
    worth = max(REQUEST_SECONDS, REQUEST_PART * guess.median)
    worth *= 1 - guess.surprise / 2
    piece = max(asked, guess.median / 2, 1.0) / _PIECES
    at, due = asked, 0.0
    end = asked + LONGEST_STEP
    while at < end:
        rate = math.sqrt(guess.hazard(at + piece / 2) / (2 * worth))
        if due + rate * piece >= 1.0:
            at += (1.0 - due) / rate
            break
        due += rate * piece
        at += piece
    return min(end, max(asked + SHORTEST_STEP, at))
