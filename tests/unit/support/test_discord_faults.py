from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from tests.support.discord import Cut, DiscordStandIn
from tests.unit.support.conftest import Bot, Stage


async def booth(stage: Stage) -> discord.TextChannel:
    await stage.start()
    channel = await stage.bot.fetch_channel(stage.booth.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


def add_ping(bot: Bot) -> None:
    @bot.tree.command(description="Ping")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")


async def test_an_interaction_missed_while_offline_is_replayed_on_resume(stage: Stage) -> None:
    add_ping(stage.bot)
    await stage.start()
    stage.discord.gateway.drop()
    shown = await stage.discord.slash(stage.alice, stage.booth, "ping")
    await shown.responded()
    assert (stage.discord.gateway.identifies, stage.discord.gateway.resumes) == (1, 1)


@pytest.mark.parametrize("how", ["reconnect", "close"])
async def test_the_bot_resumes_however_it_was_sent_away(stage: Stage, how: str) -> None:
    add_ping(stage.bot)
    await stage.start()
    if how == "reconnect":
        stage.discord.gateway.ask_to_reconnect()
    else:
        await stage.discord.gateway.close(4000)
    await stage.discord.until(lambda: stage.discord.gateway.resumes == 1)
    await (await stage.discord.slash(stage.alice, stage.booth, "ping")).responded()


async def test_a_refused_intent_ends_the_bot(stage: Stage) -> None:
    stage.bot._connection._intents = discord.Intents.all()
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await stage.start()


async def test_a_held_answer_belongs_to_a_request_that_was_carried_out(stage: Stage) -> None:
    channel = await booth(stage)
    held = stage.discord.hold("POST", "/channels/*/messages")
    sending = asyncio.create_task(channel.send("hello"))
    await held.arrived()
    assert [m.content for m in stage.discord.messages(stage.booth)] == ["hello"]
    assert not sending.done()
    held.release()
    assert (await sending).content == "hello"


async def test_a_request_held_before_has_no_effect_until_released(stage: Stage) -> None:
    channel = await booth(stage)
    held = stage.discord.hold("POST", "/channels/*/messages", before=True)
    sending = asyncio.create_task(channel.send("hello"))
    await held.arrived()
    assert not stage.discord.messages(stage.booth)
    held.release()
    await sending
    assert stage.discord.messages(stage.booth)


@pytest.mark.parametrize("before", [True, False])
async def test_a_dropped_request_gets_no_answer(stage: Stage, before: bool) -> None:
    channel = await booth(stage)
    held = stage.discord.hold("POST", "/channels/*/messages", before=before)
    sending = asyncio.create_task(channel.send("hello"))
    await held.arrived()
    held.drop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await sending
    assert bool(stage.discord.messages(stage.booth)) is not before
    assert stage.discord.requests[-1].status is None


async def test_a_held_request_outlives_the_one_who_sent_it(stage: Stage) -> None:
    channel = await booth(stage)
    held = stage.discord.hold("POST", "/channels/*/messages", before=True)
    sending = asyncio.create_task(channel.send("from beyond"))
    await held.arrived()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    held.release()
    await stage.discord.until(lambda: stage.discord.messages(stage.booth))
    assert (await channel.send("still here")).content == "still here"


async def test_a_planted_failure_strikes_as_often_as_asked(stage: Stage) -> None:
    channel = await booth(stage)
    stage.discord.fail("POST", "/channels/*/messages", status=403, code=50013)
    with pytest.raises(discord.Forbidden):
        await channel.send("no")
    await channel.send("yes")
    assert [m.content for m in stage.discord.messages(stage.booth)] == ["yes"]


async def test_a_planted_429_is_waited_out_by_discord_py(stage: Stage) -> None:
    channel = await booth(stage)
    failure = stage.discord.fail("POST", "/channels/*/messages", status=429, times=2)
    await channel.send("after a while")
    assert failure.hits == 2
    stage.discord.fail(
        "POST", "/channels/*/messages", status=429, headers={"Via": "", "Retry-After": "9"}
    )
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("banned by the proxy")
    assert caught.value.status == 429


async def test_a_failure_may_have_taken_effect(stage: Stage) -> None:
    channel = await booth(stage)
    stage.discord.fail("POST", "/channels/*/messages", status=503, applied=True)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("there")
    assert [m.content for m in stage.discord.messages(stage.booth)] == ["there"]


async def test_a_file_may_be_out_of_reach(stage: Stage) -> None:
    channel = await booth(stage)
    said = await stage.discord.say(stage.alice, stage.booth, "hi", files=[])
    assert (await channel.fetch_message(said.id)).content == "hi"
    failure = stage.discord.fail("GET", "/cdn/*", status=500)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{stage.discord.origin}/cdn/a/1/2/x.png") as answer:
            assert answer.status == 500
        async with session.get(f"{stage.discord.origin}/cdn/a/1/2/x.png") as answer:
            assert answer.status == 404
    assert failure.hits == 1


async def test_a_channel_takes_five_messages_in_five_seconds_and_says_so(stage: Stage) -> None:
    stage.discord.rate_limits = True
    url = f"{stage.discord.origin}/api/v10/channels/{stage.booth.id}/messages"
    headers = {"Authorization": f"Bot {stage.discord.token}"}
    seen = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(6):
            async with session.post(url, json={"content": "x"}) as answer:
                remaining = answer.headers["X-RateLimit-Remaining"]
                seen.append((answer.status, remaining, answer.headers.get("Via") is not None))
                body = await answer.json()
    assert seen == [(200, str(left), False) for left in (4, 3, 2, 1, 0)] + [(429, "0", True)]
    assert 0 < body["retry_after"] <= 5


async def test_what_never_happens_is_explained_by_a_transcript(stage: Stage) -> None:
    channel = await booth(stage)
    await channel.send("hello")
    with pytest.raises(AssertionError, match=r"POST /channels/\d+/messages → 200"):
        await stage.discord.until(lambda: False, within=0.05)


async def test_a_route_the_stand_in_lacks_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="GET /voice/regions: the stand-in lacks it"):
        async with DiscordStandIn() as standin, aiohttp.ClientSession() as session:
            await session.get(f"{standin.origin}/api/v10/voice/regions")


@pytest.mark.parametrize(("where", "posted"), [(Cut.REQUEST, 0), (Cut.ANSWER, 1)])
async def test_a_connection_may_be_cut_amid_a_request_or_its_answer(
    stage: Stage, where: Cut, posted: int
) -> None:
    channel = await booth(stage)
    stage.discord.cut("POST", "/channels/*/messages", where)
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel.send("hello")
    assert len(stage.discord.messages(stage.booth)) == posted
    await channel.send("again")


async def test_something_before_discord_may_answer(stage: Stage) -> None:
    channel = await booth(stage)
    stage.discord.fail("*", "*", status=429, headers={"Via": ""}, page="<h1>You are banned</h1>")
    with pytest.raises(discord.HTTPException) as caught:
        await channel.send("hello")
    assert (caught.value.status, caught.value.code) == (429, 0)


async def test_a_global_limit_is_waited_out_and_leaves_interactions_alone(stage: Stage) -> None:
    add_ping(stage.bot)
    channel = await booth(stage)
    stage.discord.rate_limits = True
    stage.discord.limit_globally(0.3)
    sending = asyncio.create_task(channel.send("hello"))
    await (await stage.discord.slash(stage.alice, stage.booth, "ping")).responded()
    await sending
    answers = [r.answer for r in stage.discord.requests if r.status == 429]
    assert [answer["global"] for answer in answers] == [True]


async def test_more_than_fifty_requests_in_a_second_are_too_many(stage: Stage) -> None:
    await stage.start()
    stage.discord.rate_limits = True
    await asyncio.gather(*(stage.bot.fetch_channel(stage.booth.id) for _ in range(60)))
    refused = [r for r in stage.discord.requests if r.status == 429]
    assert refused
    assert all(request.answer["global"] for request in refused)
