"""The voters of a party: they vote, take votes back, vote twice, and try it for themselves."""

from __future__ import annotations

import asyncio
import random

from tests.party.scene import Scene
from tests.party.surface import bot_there, gallery_message, press
from tests.support.discord import User

COUNTS, TAKEN_BACK, OWN = "vote counts", "took your vote back", "yours"
TRIES = 8
TWICE_SHARE = 0.2  # of the votes are taken back, and half of those given again
LOOK_AGAIN = 1.0


async def vote(scene: Scene, user: User) -> None:
    """Vote for a few pictures while the event is on."""
    rng = random.Random(f"{scene.plan.seed}:vote:{user.name}")
    done: set[int] = set()
    await asyncio.sleep(rng.uniform(0.15, 0.6) * scene.plan.seconds)
    while len(done) < scene.plan.votes_each and not scene.is_over:
        shown = [
            row.id
            for row in scene.facts.pictures.values()
            if row.gallery_message_id and row.state == "approved" and row.id not in done
        ]
        if shown:
            picture_id = rng.choice(shown)
            done.add(picture_id)
            for _ in range(_times(rng)):
                await _press_once(scene, user, picture_id)
        await asyncio.sleep(rng.uniform(0.2, 1.0) * LOOK_AGAIN)


def _times(rng: random.Random) -> int:
    """Once, or a second time to take it back, or a third time since it was right after all."""
    if rng.random() > TWICE_SHARE:
        return 1
    return rng.choice((2, 3))


async def _press_once(scene: Scene, user: User, picture_id: int) -> None:
    """Press until the bot answers: its answer says how things stand."""
    for _ in range(TRIES):
        await bot_there(scene)
        message = gallery_message(scene, picture_id)
        if message is None:
            return
        pressed = await press(scene, user, message, f"picture:{picture_id}:vote")
        if pressed is None:
            scene.unsure.add((picture_id, user.id))
            continue
        text = pressed.original.text() if pressed.original else ""
        if COUNTS in text:
            scene.votes[picture_id].add(user.id)
            scene.counts["votes"] += 1
        elif TAKEN_BACK in text:
            scene.votes[picture_id].discard(user.id)
            scene.counts["votes taken back"] += 1
        else:
            scene.counts["votes refused"] += 1
            scene.refused_votes.append((picture_id, user.id, text))
            return
        scene.unsure.discard((picture_id, user.id))
        return


async def vote_for_oneself(scene: Scene) -> None:
    """One guest after the other tries to vote for their own picture; it must be refused."""
    tried: set[int] = set()
    while not scene.is_over:
        await asyncio.sleep(LOOK_AGAIN)
        own = [
            row
            for row in scene.facts.pictures.values()
            if row.gallery_message_id and row.state == "approved" and row.user_id not in tried
        ]
        if own:
            row = own[0]
            tried.add(row.user_id)
            user = next(g.user for g in scene.guests if g.user.id == row.user_id)
            scene.counts["votes for oneself"] += 1
            await _press_once(scene, user, row.id)
