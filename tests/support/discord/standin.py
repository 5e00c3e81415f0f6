"""A Discord of one's own on 127.0.0.1: what a test holds in its hand.

Everything goes over the wire, so an unmodified discord.py in another process works against it.
"""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.support.discord.actors import Actors
from tests.support.discord.callbacks import Callbacks
from tests.support.discord.changes import Changes
from tests.support.discord.channels import Channels
from tests.support.discord.clock import Clock
from tests.support.discord.commands import CommandBook
from tests.support.discord.faults import Cut, Failure, Faults, Held, Planted
from tests.support.discord.files import Upload
from tests.support.discord.gateway import Gateway
from tests.support.discord.people import Channel, Guild, User
from tests.support.discord.places import Places
from tests.support.discord.ratelimits import RateLimits
from tests.support.discord.records import Interaction, Message
from tests.support.discord.rest import Rest
from tests.support.discord.routing import Routes
from tests.support.discord.scheduled_events import ScheduledEvent, ScheduledEvents
from tests.support.discord.server import LoggedRequest, Server
from tests.support.discord.threads import Threads
from tests.support.discord.world import Limits, World

T = TypeVar("T")
DEADLINE = 10.0


class DiscordStandIn(Places):
    """REST, gateway and CDN; enter it, point a bot at it, then act as its users.

    Leaving raises AssertionError if the bot sent what Discord's own document forbids, or used
    what the stand-in lacks; a test that does so on purpose empties `problems` first.
    """

    def __init__(
        self, *, rate_limits: bool = True, check_schema: bool = True, port: int = 0
    ) -> None:
        clock = Clock()
        self._port = port
        self._changes = Changes()
        bot = User(id=clock.snowflake(), name="faceswap-bot", bot=True)
        self._world = World(
            origin="", token=_make_token(bot.id), bot=bot, clock=clock, changes=self._changes
        )
        self._world.users[bot.id] = bot
        self.operator = self.add_user("operator")
        self._rate_limits = RateLimits(enabled=rate_limits)
        self._faults = Faults(self._changes)
        self._commands = CommandBook(self._world)
        self._scheduled = ScheduledEvents(self._world)
        self._actors = Actors(self._world, self._commands)
        self._check_schema = check_schema
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        # The origin is part of many answers, so the port comes before everything that serves.
        sock = socket.create_server(("127.0.0.1", self._port))
        self._world.origin = "http://{}:{}".format(*sock.getsockname())
        self._gateway = Gateway(self._world, url=self.gateway_url)
        self._server = Server(
            self._world,
            routes=self._routes(),
            faults=self._faults,
            limits=self._rate_limits,
            gateway=self._gateway,
        )
        self._server.check_schema = self._check_schema
        self._runner = web.AppRunner(self._server.app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, sock).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._faults.release_all()
        await self._gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None and self.problems:
            raise AssertionError("\n".join(["Discord would object:", *self.problems]))

    def _routes(self) -> Routes:
        routes = Routes()
        Channels(self._world).add_routes(routes)  # before what takes any word for a message's id
        Threads(self._world).add_routes(routes)
        Rest(self._world, gateway_url=self.gateway_url).add_routes(routes)
        self._scheduled.add_routes(routes)
        self._commands.add_routes(routes)
        Callbacks(self._world).add_routes(routes)
        return routes

    # -- where it is

    @property
    def origin(self) -> str:
        return self._world.origin

    @property
    def gateway_url(self) -> str:
        return self._world.origin.replace("http://", "ws://") + "/gateway"

    @property
    def token(self) -> str:
        return self._world.token

    @property
    def bot(self) -> User:
        return self._world.bot

    @property
    def limits(self) -> Limits:
        return self._world.limits

    # -- what people do

    async def slash(
        self,
        user: User,
        channel: Channel | None,
        name: str,
        options: dict[str, Any] | None = None,
    ) -> Interaction:
        """Run a slash command; no channel: in the bot's direct messages.

        Choices may be given by name or value. "event create" runs a subcommand.
        """
        return self._actors.slash(user, channel, name, options or {})

    async def autocomplete(
        self,
        user: User,
        channel: Channel | None,
        name: str,
        options: dict[str, Any],
        *,
        focused: str,
    ) -> list[dict[str, Any]]:
        """What the bot suggests while the user types; each has `name` and `value`."""
        interaction = self._actors.autocomplete(user, channel, name, options, focused=focused)
        await interaction.responded()
        return interaction.choices or []

    async def context_menu(
        self, user: User, channel: Channel, name: str, target: Message | User
    ) -> Interaction:
        return self._actors.context_menu(user, channel, name, target)

    async def press(self, user: User, message: Message | None, which: str) -> Interaction:
        """Press a button, found by label, emoji or custom_id wherever it is nested."""
        assert message is not None, "there is no message to press a button of"
        return self._actors.press(user, message, which)

    async def select(
        self, user: User, message: Message | None, which: str, values: Any
    ) -> Interaction:
        """Choose in a select menu: labels or values, or users, roles and channels."""
        assert message is not None, "there is no message to choose in"
        return self._actors.select(user, message, which, values)

    async def submit_modal(
        self, user: User, opened: Interaction, values: dict[str, Any]
    ) -> Interaction:
        """Fill in the modal that an interaction opened; fields by custom_id or label."""
        return self._actors.submit_modal(user, opened, values)

    async def say(
        self, user: User, channel: Channel, text: str, *, files: list[Upload] | None = None
    ) -> Message:
        return self._actors.say(user, channel, text, files or [])

    # -- what there is to see

    def dm_channel(self, user: User) -> Channel:
        return self._world.dm_channel(user)

    def messages(self, channel: Channel, *, seen_by: User | None = None) -> list[Message]:
        """Live messages, oldest first; all of them, or only those that this user can see."""
        messages = self._world.live_messages(channel)
        if seen_by is None:
            return messages
        if seen_by not in channel.audience():
            return []
        return [message for message in messages if message.is_visible_to(seen_by)]

    def every_message(self) -> list[Message]:
        """All there ever were, oldest first, deleted and ephemeral ones too."""
        return sorted(self._world.messages.values(), key=lambda message: message.id)

    def threads(self, parent: Channel) -> list[Channel]:
        """Threads or posts of a channel, archived ones too, oldest first."""
        assert parent.guild is not None
        return [thread for thread in parent.guild.threads if thread.parent is parent]

    def scheduled_events(self, guild: Guild) -> list[ScheduledEvent]:
        """All there ever were, deleted ones too; their status is that of this moment."""
        return self._scheduled.of(guild)

    def find_message(self, message_id: int | None) -> Message | None:
        """Any message of this id, deleted or not."""
        return self._world.messages.get(message_id or 0)

    @property
    def commands(self) -> list[dict[str, Any]]:
        return self._commands.all()

    @property
    def syncs(self) -> int:
        """How often the bot has written its commands."""
        return self._commands.syncs

    @property
    def requests(self) -> list[LoggedRequest]:
        return self._server.requests

    def answered_user(self, request: LoggedRequest) -> User | None:
        """Whose interaction a request answers; None: nobody's."""
        for part in request.path.split("/"):
            if (interaction := self._world.interactions.get(part)) is not None:
                return interaction.user
        return None

    @property
    def problems(self) -> list[str]:
        return self._world.problems

    def transcript(self) -> str:
        return self._changes.transcript()

    async def until(
        self, predicate: Callable[[], T], *, within: float = DEADLINE, what: str = "the condition"
    ) -> T:
        """Wait until it is true, looked at after each change; returns its value."""
        return await self._changes.until(predicate, within=within, what=what)

    async def came_true(self, predicate: Callable[[], object], *, within: float) -> bool:
        """Wait until it is true; False when the time is over."""
        return bool(await self._changes.wait(predicate, within=within))

    async def ready(self, *, within: float = DEADLINE) -> None:
        """Wait until a bot is connected and its commands are known."""
        await self.until(
            lambda: self._gateway.connected and self.syncs,
            within=within,
            what="a bot that is connected and has synced its commands",
        )

    async def offline(self, *, within: float = DEADLINE) -> None:
        """Wait until no bot is connected: to be asked between killing one and starting the next."""
        await self.until(
            lambda: not self._gateway.connected, within=within, what="the bot going offline"
        )

    # -- time and faults

    def advance(self, **duration: float) -> None:
        """Move Discord's clock, as in advance(minutes=16); the bot's own clock stays."""
        self._world.clock.advance(timedelta(**duration))

    def hold(
        self,
        method: str,
        path: str,
        *,
        before: bool = False,
        times: int | None = 1,
        where: Callable[[LoggedRequest], bool] = lambda _request: True,
    ) -> Held:
        """Hold matching requests; by default they are applied and only the answer waits.

        `path` is without /api/v10 and may hold * ("/channels/*/messages"); files are "/cdn/*".
        `where` picks among those to the API.
        """
        return self._faults.hold(method, path, before=before, times=times, where=where)

    def fail(
        self,
        method: str,
        path: str,
        *,
        status: int,
        code: int = 0,
        message: str | None = None,
        headers: dict[str, str] | None = None,
        retry_after: float = 0.05,
        times: int | None = 1,
        applied: bool = False,
        page: str | None = None,
        with_files: bool = False,
    ) -> Failure:
        """Answer matching requests with an error; `applied`: they take effect all the same.

        `method` and `path` may be "*". A 429 gets Retry-After and Via unless `headers` holds its
        own. With `page` the answer is that HTML, as of something that stands before Discord. With
        `with_files` only requests that carry a file are met.
        """
        return self._faults.fail(
            method,
            path,
            status=status,
            code=code,
            message=message,
            headers=headers,
            retry_after=retry_after,
            times=times,
            applied=applied,
            page=page,
            with_files=with_files,
        )

    def cut(
        self,
        method: str,
        path: str,
        where: Cut,
        *,
        times: int | None = 1,
        with_files: bool = False,
    ) -> Planted:
        """Reset the connection of matching requests while they are sent, or amid their answer."""
        return self._faults.cut(method, path, where, times=times, with_files=with_files)

    def limit_globally(self, seconds: float) -> None:
        """Answer 429 to all that the bot's token asks; interactions are answered as ever."""
        self._rate_limits.limit_globally(seconds)

    @property
    def checks_schema(self) -> bool:
        """Whether requests and answers are held against Discord's document; that takes its time."""
        return self._server.check_schema

    @checks_schema.setter
    def checks_schema(self, value: bool) -> None:
        self._server.check_schema = value

    @property
    def rate_limits(self) -> bool:
        return self._rate_limits.enabled

    @rate_limits.setter
    def rate_limits(self, value: bool) -> None:
        self._rate_limits.enabled = value

    @property
    def gateway(self) -> Gateway:
        """For what breaks: drop(), ask_to_reconnect(), invalidate(), close(code)."""
        return self._gateway


def _make_token(bot_id: int) -> str:
    """A token of the usual shape; made anew each time, so none is worth anything."""
    first = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{first}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
