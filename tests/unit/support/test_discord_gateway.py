from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from tests.support.discord import DiscordStandIn
from tests.unit.support.conftest import Bot, Stage

HEARTBEAT, IDENTIFY, PRESENCE, RESUME, INVALID_SESSION, HELLO = 1, 2, 3, 6, 9, 10


def add_ping(bot: Bot) -> None:
    @bot.tree.command(description="Ping")
    async def ping(interaction: Any) -> None:
        await interaction.response.send_message("pong")


async def ping(stage: Stage) -> None:
    await (await stage.discord.slash(stage.alice, stage.booth, "ping")).responded()


async def test_an_invalid_session_that_can_be_resumed_is(stage: Stage) -> None:
    add_ping(stage.bot)
    await stage.start()
    stage.discord.gateway.invalidate(resumable=True)
    await stage.discord.until(lambda: stage.discord.gateway.resumes == 1)
    await ping(stage)
    assert stage.discord.gateway.identifies == 1


async def test_a_session_that_is_lost_is_begun_anew(stage: Stage) -> None:
    add_ping(stage.bot)
    await stage.start()
    await stage.discord.gateway.close(4009, forget=True)
    await stage.discord.until(lambda: stage.discord.gateway.identifies == 2, within=15)
    await ping(stage)
    assert stage.discord.gateway.resumes == 0


async def test_a_bot_whose_heartbeats_are_not_answered_comes_back(stage: Stage) -> None:
    add_ping(stage.bot)
    gateway = stage.discord.gateway
    gateway.heartbeat_ms, gateway.answers_heartbeats = 100, False
    stage.bot._connection.heartbeat_timeout = 0.5
    await stage.start()
    await stage.discord.until(lambda: gateway.resumes)
    gateway.answers_heartbeats = True
    await ping(stage)
    assert gateway.identifies == 1


async def test_heartbeats_may_stay_unanswered() -> None:
    async with DiscordStandIn() as standin:
        gateway = standin.gateway
        gateway.heartbeat_ms, gateway.answers_heartbeats = 100, False
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(standin.gateway_url) as socket,
        ):
            hello = await socket.receive_json()
            assert hello["d"]["heartbeat_interval"] == 100
            await socket.send_json({"op": HEARTBEAT, "d": None})
            with pytest.raises(TimeoutError):
                await socket.receive(timeout=0.2)
            gateway.answers_heartbeats = True
            await socket.send_json({"op": HEARTBEAT, "d": None})
            assert (await socket.receive_json())["op"] == 11


@pytest.fixture
async def socket() -> AsyncGenerator[tuple[DiscordStandIn, aiohttp.ClientWebSocketResponse]]:
    async with (
        DiscordStandIn() as standin,
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway_url) as opened,
    ):
        assert (await opened.receive_json())["op"] == HELLO
        yield standin, opened
        standin.problems.clear()


def identify(standin: DiscordStandIn) -> dict[str, Any]:
    return {"op": IDENTIFY, "d": {"token": standin.token, "intents": 1}}


Opened = tuple[DiscordStandIn, aiohttp.ClientWebSocketResponse]


async def closing_code(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    async with asyncio.timeout(5):
        while not socket.closed:
            await socket.receive()
    return socket.close_code


async def test_who_has_not_said_who_it_is_is_sent_away(socket: Opened) -> None:
    standin, opened = socket
    await opened.send_json({"op": PRESENCE, "d": {}})
    assert await closing_code(opened) == 4003
    assert "closing with 4003" in standin.problems[0]


async def test_who_says_it_twice_is_sent_away(socket: Opened) -> None:
    standin, opened = socket
    for _ in range(2):
        await opened.send_json(identify(standin))
    assert await closing_code(opened) == 4005


async def test_a_wrong_token_is_sent_away(socket: Opened) -> None:
    _, opened = socket
    await opened.send_json({"op": IDENTIFY, "d": {"token": "wrong", "intents": 1}})
    assert await closing_code(opened) == 4004


async def test_what_nobody_knows_is_sent_away(socket: Opened) -> None:
    _, opened = socket
    await opened.send_json({"op": 99, "d": {}})
    assert await closing_code(opened) == 4001


async def test_who_sends_too_much_is_sent_away(socket: Opened) -> None:
    standin, opened = socket
    await opened.send_json(identify(standin))
    for _ in range(120):
        await opened.send_json({"op": PRESENCE, "d": {}})
    assert await closing_code(opened) == 4008


async def test_events_that_never_were_cannot_be_resumed_after(socket: Opened) -> None:
    standin, opened = socket
    await opened.send_json(identify(standin))
    ready = await opened.receive_json()
    resume = {"token": standin.token, "session_id": ready["d"]["session_id"], "seq": 99}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(standin.gateway_url) as second,
    ):
        await second.receive_json()
        await second.send_json({"op": RESUME, "d": resume})
        assert await closing_code(second) == 4007


async def test_an_unknown_session_is_invalid(socket: Opened) -> None:
    standin, opened = socket
    resume = {"token": standin.token, "session_id": "nobody's", "seq": 1}
    await opened.send_json({"op": RESUME, "d": resume})
    assert await opened.receive_json() == {"op": INVALID_SESSION, "d": False}
