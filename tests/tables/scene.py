"""What a row about Discord acts on: one order, and the ways to its member."""

from __future__ import annotations

from dataclasses import dataclass

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import House
from tests.support.discord import Cut, Interaction, Message


@dataclass(slots=True)
class Scene:
    """One member's order at a running bot."""

    house: House
    booth: PhotoBooth
    ordered: Interaction
    remote_id: str = ""

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
            method, path, status=status, code=code, times=times, applied=applied, page=page
        )

    def cut(self, method: str, path: str, where: Cut) -> None:
        self.booth.discord.cut(method, path, where)

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

    def delete_card(self) -> None:
        self.booth.discord.delete_message(self.card)

    def leave(self) -> None:
        """The member leaves the server."""
        self.booth.discord.remove_member(self.booth.guild, self.booth.alice)

    def throw_out(self, *, elsewhere: bool = False) -> None:
        """The bot is thrown out; `elsewhere`: there is another server with both of them."""
        if elsewhere:
            self.booth.discord.add_member(self.booth.discord.add_guild("Chess"), self.booth.alice)
        self.booth.discord.remove_bot(self.booth.guild)
