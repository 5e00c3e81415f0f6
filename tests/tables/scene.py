"""What a row about Discord acts on: one order, and the ways to its member."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import House
from tests.support.discord import BOT_DEFAULT, Cut, Failure, Interaction, Message, Permission


@dataclass(slots=True)
class Scene:
    """One member's order at a running bot."""

    house: House
    booth: PhotoBooth
    ordered: Interaction
    remote_id: str = ""
    beside: list[asyncio.Task[None]] = field(default_factory=list)
    healed: list[Failure] = field(default_factory=list)

    async def finish(self, *pictures: bytes) -> None:
        """Have the API give the picture."""
        await self.house.api.finish(self.remote_id, *pictures)

    # -- where things stand

    @property
    def card(self) -> Message:
        assert self.ordered.original is not None
        return self.ordered.original

    @property
    def by_token(self) -> str:
        return f"/webhooks/*/{self.ordered.token}/messages/*"

    @property
    def by_bot(self) -> str:
        return f"/channels/{self.ordered.channel.id}/messages/*"

    @property
    def posts(self) -> str:
        return f"/channels/{self.ordered.channel.id}/messages"

    @property
    def direct(self) -> str:
        return f"/channels/{self.booth.discord.dm_channel(self.booth.alice).id}/messages"

    # -- what Discord does

    def fail(
        self,
        method: str,
        path: str,
        status: int,
        code: int = 0,
        *,
        times: int | None = None,
        applied: bool = False,
        page: str | None = None,
    ) -> None:
        self.booth.discord.fail(
            method,
            path,
            status=status,
            code=code,
            times=times,
            applied=applied,
            page=page,
            with_files=times is not None,  # else the card's progress might be met in its place
        )

    def cut(self, method: str, path: str, where: Cut) -> None:
        self.booth.discord.cut(method, path, where, with_files=True)

    def lose_token(self, status: int = 401, code: int = 50027) -> None:
        """The card's own key opens nothing any more."""
        for method in ("GET", "PATCH", "DELETE"):
            self.fail(method, self.by_token, status, code)

    def refuse_edits(self, status: int = 403, code: int = 50001) -> None:
        self.fail("PATCH", self.by_bot, status, code)

    def refuse_posts(self, status: int = 403, code: int = 50013) -> None:
        self.fail("POST", self.posts, status, code)

    def refuse_direct(self, status: int = 403, code: int = 50007) -> None:
        self.fail("POST", self.direct, status, code)

    def refuse_to_open_direct(self) -> None:
        """No place for direct messages can be opened; for anybody, so a row heals it."""
        self.healed.append(
            self.booth.discord.fail(
                "POST", "/users/@me/channels", status=403, code=50007, times=None
            )
        )

    def heal(self) -> None:
        """End what would meet other rows."""
        for fault in self.healed:
            fault.times = fault.hits

    def delete_card(self) -> None:
        self.booth.discord.delete_message(self.card)

    def ban(self, method: str, path: str) -> None:
        """Something before Discord answers in its place, once."""
        self.booth.discord.fail(
            method,
            path,
            status=429,
            headers={"Via": "", "Retry-After": "1"},
            page="<h1>429</h1>",
            with_files=True,
        )

    def hide_history(self) -> None:
        """The bot may not read what was written before."""
        self.fail("GET", self.posts, 403, 50001)

    def chat_afterwards(self) -> None:
        """Members write as soon as the picture stands in the channel."""
        held = self.booth.discord.hold("POST", self.posts)

        async def chat() -> None:
            await held.arrived()
            for number in range(60):
                await self.booth.discord.say(self.booth.bob, self.booth.channel, str(number))
            held.release()

        self.beside.append(asyncio.create_task(chat()))

    def hide_channel(self) -> None:
        """The bot may not see the channel any more."""
        self.booth.discord.set_permissions(self.booth.channel, bot=Permission(0))

    def forbid_files(self) -> None:
        """The bot may write in the channel, but attach nothing."""
        allowed = BOT_DEFAULT & ~Permission.ATTACH_FILES
        self.booth.discord.set_permissions(self.booth.channel, bot=allowed)

    def close_direct(self) -> None:
        """The member takes no direct messages, or has blocked the bot."""
        self.booth.discord.close_dms(self.booth.alice)

    def archive(self, *, lock: bool = False) -> None:
        self.booth.discord.archive(self.ordered.channel, lock=lock)

    def boost(self) -> None:
        """The server is boosted so far that it takes files of 50 MB."""
        self.booth.discord.boost(self.booth.guild, tier=2)

    def call_all_too_large(self) -> None:
        """Every place says 40005, whatever is sent there."""
        for method, path in (
            ("PATCH", self.by_token),
            ("PATCH", self.by_bot),
            ("POST", self.posts),
        ):
            self.fail(method, path, 413, 40005)
        self.refuse_direct(413, 40005)

    def leave(self) -> None:
        """The member leaves the server."""
        self.booth.discord.remove_member(self.booth.guild, self.booth.alice)

    def throw_out(self, *, elsewhere: bool = False) -> None:
        """The bot is thrown out; `elsewhere`: there is another server with both of them."""
        if elsewhere:
            self.booth.discord.add_member(self.booth.discord.add_guild("Chess"), self.booth.alice)
        self.booth.discord.remove_bot(self.booth.guild)
