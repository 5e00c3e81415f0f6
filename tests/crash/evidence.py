"""What a crash run left behind, ordered by job: rows, messages, marks."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.crash.scene import Asked, Scene
from tests.support.discord import Interaction, Message

CUT_OFF = "I was restarted before your order was written down."

Job = dict[str, Any]

_JOB_BUTTON = re.compile(r"job:(\d+):")


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What was found, by job."""

    scene: Scene
    jobs: dict[int, Job]
    reservations: dict[int, list[Job]]
    steps: dict[int, list[Job]]
    pictures: dict[str, list[Message]]  # by remote id: the messages that show its picture
    cards: dict[int, list[Message]]  # by job: the messages with its buttons
    marks: dict[int, str]  # by job

    @property
    def accepted(self) -> set[int]:
        """The interactions that became jobs."""
        return {job["interaction_id"] for job in self.jobs.values()}

    def unanswered(self) -> list[tuple[Asked, Message]]:
        """Return the orders whose card still says "thinking", and of which there is no job."""
        accepted = self.accepted
        return [
            (asked, card)
            for asked in self.scene.asked
            if asked.interaction.id not in accepted
            and (card := asked.interaction.message) is not None
            and card.thinking
        ]

    def cut_off(self) -> list[Asked]:
        """Return the orders whose card says that the bot was restarted before they were jobs."""
        return [asked for asked in self.scene.asked if was_cut_off(asked.interaction)]


def gather(scene: Scene) -> Evidence:
    """Read the database and index the messages."""
    jobs = {row["id"]: row for row in scene.book.table("SELECT * FROM jobs ORDER BY id")}
    by_interaction = {asked.interaction.id: asked.order.mark for asked in scene.asked}
    pictures: defaultdict[str, list[Message]] = defaultdict(list)
    cards: defaultdict[int, list[Message]] = defaultdict(list)
    for message in scene.discord.every_message():
        for content in message.files.values():
            pictures[scene.maker.remote_id(content) or "unknown"].append(message)
        for job_id in {int(found) for found in _JOB_BUTTON.findall(json.dumps(message.components))}:
            cards[job_id].append(message)
    return Evidence(
        scene=scene,
        jobs=jobs,
        reservations=_by_job(scene.book.table("SELECT * FROM reservations ORDER BY attempt")),
        steps=_by_job(scene.book.table("SELECT * FROM job_log ORDER BY id")),
        pictures=pictures,
        cards=cards,
        marks={job["id"]: by_interaction.get(job["interaction_id"], "") for job in jobs.values()},
    )


def _by_job(rows: list[Job]) -> dict[int, list[Job]]:
    found: defaultdict[int, list[Job]] = defaultdict(list)
    for row in rows:
        found[row["job_id"]].append(row)
    return found


def was_cut_off(interaction: Interaction) -> bool:
    """Tell whether its card says that the order was lost in a restart."""
    return interaction.original is not None and CUT_OFF in interaction.original.text()


def is_handed_out(message: Message) -> bool:
    """Tell whether a picture was fetched through /jobs."""
    return message.interaction is not None and message.interaction.name.startswith("Get picture")
