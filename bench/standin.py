"""The tests' stand-in for Discord, made fit for load: it checks no schema and remembers little.

It notes when an order was answered, and when its picture was posted.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import time
from dataclasses import dataclass, field
from typing import Self

from tests.support.discord import Channel, DiscordStandIn, Interaction, Upload, User
from tests.support.discord.routing import Call, Handler, Reply, Route, Routes
from tests.support.discord.server import LoggedRequest

MEMBERS = 200
_OPTIONS = {"filter": "Cyberpunk Neon", "who": "Woman"}


@dataclass(slots=True, eq=False)
class Order:
    """One /faceswap: when it was typed, first answered, and when its picture was there."""

    interaction: Interaction
    typed: float
    answered: asyncio.Future[float] = field(default_factory=asyncio.Future)
    posted: asyncio.Future[float] = field(default_factory=asyncio.Future)

    async def first_answer(self) -> float:
        """Seconds until the first answer."""
        return await self.answered - self.typed


class _Forgetful(list[LoggedRequest]):
    """A log that keeps nothing."""

    def append(self, _: LoggedRequest) -> None:
        pass


class LoadStandIn(DiscordStandIn):
    """A Discord with one server, a channel and many members who order pictures in turn."""

    channel: Channel

    def __init__(self) -> None:
        super().__init__(rate_limits=False, check_schema=False)
        self._orders: dict[str, Order] = {}
        self.members: list[User] = []
        self._turns = itertools.count()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._server.requests = _Forgetful()
        guild = self.add_guild("Bench")
        self.channel = self.add_text_channel(guild, "booth")
        for number in range(MEMBERS):
            member = self.add_user(f"member-{number}")
            self.add_member(guild, member)
            self.members.append(member)
        return self

    async def order(self, photo: Upload) -> Order:
        """Have the next member type /faceswap."""
        member = self.members[next(self._turns) % MEMBERS]
        who = _OPTIONS | {"photo": photo}
        typed = time.monotonic()
        interaction = await self.slash(member, self.channel, "faceswap", who)
        order = self._orders[interaction.token] = Order(interaction, typed)
        return order

    async def online(self, *, within: float = 120.0) -> None:
        """Wait until a bot is connected and its commands are known."""
        await self.until(lambda: self.gateway.connected and self.commands, within=within)

    def _routes(self) -> Routes:
        routes = super()._routes()
        watched = Routes()
        watched._routes = [  # noqa: SLF001 - the stand-in has no other way to see each request
            dataclasses.replace(route, handler=self._watched(route))
            for route in routes._routes  # noqa: SLF001
        ]
        return watched

    def _watched(self, route: Route) -> Handler:
        def handle(call: Call) -> Reply:
            reply = route.handler(call)
            order = self._orders.get(call.params.get("token", ""))
            if order is not None:
                self._note(order, call)
            return reply

        return handle

    def _note(self, order: Order, call: Call) -> None:
        if not order.answered.done():
            order.answered.set_result(time.monotonic())
        if call.files:
            order.posted.set_result(time.monotonic())
            self._forget(order)

    def _forget(self, order: Order) -> None:
        """Drop what was posted, and what is known of the order."""
        del self._orders[order.interaction.token]
        message = order.interaction.original
        if message is not None:
            for file in message.attachments:
                self._world.files.pop(file.id, None)
