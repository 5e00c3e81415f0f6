"""What a party left behind: rows, votes, and every message that showed a picture."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.party.scene import Scene
from tests.support.discord import Message

_NAMED = re.compile(r"picture:([0-9]+):(vote|approve)")


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What the run left behind."""

    scene: Scene
    jobs: dict[int, dict[str, Any]]  # of the event
    pictures: dict[int, dict[str, Any]]
    votes: dict[int, set[int]]  # by picture
    event: dict[str, Any]
    notices: list[dict[str, Any]]
    gallery: dict[int, list[Message]]  # messages of the gallery by picture, deleted ones too
    review: dict[int, list[Message]]

    @property
    def unconfirmed(self) -> set[int]:
        """The forms whose jobs were sent and lost; their guests have their turn back."""
        jobs = self.jobs.values()
        return {job["interaction_id"] for job in jobs if job["state"] == "unconfirmed"}

    def approved_at(self, picture_id: int) -> datetime | None:
        """When a moderator first pressed Approve."""
        presses = [
            decision.at
            for decision in self.scene.decisions
            if decision.picture_id == picture_id and decision.verb == "approve"
        ]
        return min(presses, default=None)

    def settled_at(self, picture_id: int) -> datetime:
        """When a moderator's last press on it was answered: it was decided by then."""
        return max(d.answered_at for d in self.scene.decisions if d.picture_id == picture_id)

    def took_effect(self, verb: str, picture_id: int) -> bool:
        return any(
            decision.verb == verb and decision.answered and decision.picture_id == picture_id
            for decision in self.scene.decisions
        )


def gather(scene: Scene) -> Evidence:
    table = scene.book.table
    votes: defaultdict[int, set[int]] = defaultdict(set)
    for row in table("SELECT picture_id, user_id FROM event_votes"):
        votes[row["picture_id"]].add(row["user_id"])
    posts = _posts(scene)
    return Evidence(
        scene=scene,
        jobs={
            row["id"]: row for row in table("SELECT * FROM jobs WHERE event_id = ?", scene.event_id)
        },
        pictures={row["id"]: row for row in table("SELECT * FROM event_pictures")},
        votes=votes,
        event=table("SELECT * FROM events WHERE id = ?", scene.event_id)[0],
        notices=table("SELECT * FROM event_notices ORDER BY due_at"),
        gallery=posts["vote"],
        review=posts["approve"],
    )


def _posts(scene: Scene) -> dict[str, dict[int, list[Message]]]:
    """Every message that the bot ever posted of a picture, by what its buttons first asked."""
    found: dict[str, dict[int, list[Message]]] = {"vote": {}, "approve": {}}
    for request in scene.discord.requests:
        if request.method != "POST" or not request.path.endswith(("/messages", "/threads")):
            continue
        answer = request.answer if isinstance(request.answer, dict) else {}
        message = scene.discord.find_message(int(answer.get("message", answer).get("id", 0)))
        if message is None:  # it was refused
            continue
        for picture_id, verb in set(_NAMED.findall(json.dumps(request.json))):
            messages = found[verb].setdefault(int(picture_id), [])
            if message not in messages:  # Discord knew the nonce
                messages.append(message)
    return found
