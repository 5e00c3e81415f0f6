"""Quotas as members and organisers meet them: one bot serves all of these, each with a server."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Message, Permission, Role, User
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Club(PhotoBooth):
    """A server with an organiser, and a role for who boosts it."""

    def __post_init__(self) -> None:
        super(Club, self).__post_init__()  # noqa: UP008 - a class with slots is made anew
        self.crew = self.discord.add_role(self.guild, "crew", Permission.MANAGE_GUILD)
        self.boosters = self.discord.add_role(self.guild, "Server Booster", for_boosters=True)
        self.olga = self.discord.add_user("olga")
        self.discord.add_member(self.guild, self.olga, roles=[self.crew])

    async def quota(self, command: str, *, user: User | None = None, **options: object) -> Message:
        """Type a command of /quota, as the organiser unless somebody is named."""
        typed = await self.discord.slash(
            user or self.olga, self.channel, f"quota {command}", options
        )
        await typed.responded()
        assert typed.ephemeral
        await self.discord.until(lambda: typed.original and not typed.original.thinking)
        assert typed.original is not None
        return typed.original

    async def says(self, command: str, *, user: User | None = None, **options: object) -> str:
        return (await self.quota(command, user=user, **options)).text()

    async def left(self, user: User | None = None) -> str:
        return await self.says("show", user=user or self.alice)

    async def refused(self, part: str, user: User | None = None) -> str:
        """Order, and read why that is refused."""
        return (await self.text(await self.order(user=user or self.alice), part)).text()

    async def accepted(self, user: User | None = None) -> None:
        before = len(self.accounts(user))
        await self.order(user=user or self.alice)
        await until(lambda: len(self.accounts(user)) == before + 1, within=IN_TIME)


def gives(role: Role) -> str:
    return f"<@&{role.id}> gives"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def club(house: House) -> Club:
    return Club(discord=house.discord, bot=house.bot)


async def test_a_refusal_names_the_rule_what_is_left_and_when_it_starts_again(club: Club) -> None:
    said = await club.says("set", window="Day", pictures=2, role=club.boosters)
    assert f"<@&{club.boosters.id}>: **2** a day; there was none before" in said
    club.discord.give_role(club.guild, club.alice, club.boosters)
    shown = await club.left()
    assert "You: **2 of 2** left today. Starts again <t:" in shown
    assert f"Why: {gives(club.boosters)} 2 a day" in shown
    for _ in range(2):
        await club.accepted()
    refusal = await club.refused("You have used all 2 of your pictures for now")
    assert f"{gives(club.boosters)} 2 a day; 0 left; resets <t:" in refusal
    assert "**20 of 20** left today" in await club.left(club.bob)
    assert "this bot gives everybody 20 a day" in await club.left(club.bob)


async def test_a_grant_goes_on_where_the_rules_end_and_history_tells_of_it(club: Club) -> None:
    await club.says("set", window="Day", pictures=0)
    refusal = await club.refused("You cannot make pictures here just now")
    assert "this server gives everybody 0 a day" in refusal
    said = await club.says("grant", pictures=2, member=club.alice, days=3)
    assert f"<@{club.alice.id}>: **2** on top, until <t:" in said
    await club.accepted()
    shown = await club.left()
    assert "On top: **1 of 2** granted left, until <t:" in shown
    assert "from a grant: being made" in shown
    assert f"<@{club.alice.id}>: granted: 2, until " in shown
    assert "Took **1**" in await club.says("take", pictures=5, member=club.alice)
    await club.refused("You cannot make pictures here just now")


async def test_several_roles_count_as_the_server_chooses(club: Club) -> None:
    vip = club.discord.add_role(club.guild, "vip")
    for role, pictures in ((club.boosters, 3), (vip, 4)):
        await club.says("set", window="Week", pictures=pictures, role=role)
        club.discord.give_role(club.guild, club.alice, role)
    assert "**4 of 4** left this week" in await club.left()
    assert "add up" in await club.says("roles", how="They add up")
    shown = await club.left()
    assert "**7 of 7** left this week" in shown
    assert f"{gives(club.boosters)} 3 a week + {gives(vip)} 4 a week = 7" in shown


async def test_a_pause_between_two_pictures_is_told_with_its_end(club: Club) -> None:
    await club.says("cooldown", seconds=3600)
    await club.accepted()
    refusal = await club.refused("wait 1 hour between two pictures")
    assert "You can order the next one <t:" in refusal
    await club.says("perk", member=club.alice, exempt=True)
    await club.accepted()
    assert "exempted you" in await club.left()


async def test_the_servers_pot_refuses_and_warns_once(club: Club) -> None:
    log = club.discord.add_text_channel(club.guild, "log")
    path = club.bot.data_dir / "bot.db"
    with closing(sqlite3.connect(path, timeout=IN_TIME)) as connection, connection:
        statement = "INSERT INTO servers (guild_id, log_channel_id) VALUES (?, ?)"
        connection.execute(statement, (club.guild.id, log.id))
    await club.says("pot", window="Day", credits=10)  # at 2 credits for a picture
    for _ in range(4):
        await club.accepted()
    await club.discord.until(lambda: len(club.discord.messages(log)) == 1)
    (low,) = club.discord.messages(log)
    assert "80 % of this server's credits are used: this server may use 10 credits" in low.text()
    await club.accepted(club.bob)
    await club.discord.until(lambda: len(club.discord.messages(log)) == 2)
    out = club.discord.messages(log)[1].text()
    assert "This server's credits are used up" in out
    assert "0 left; resets <t:" in out
    await club.refused("This server has used up its credits for now")
    await club.refused("This server has used up its credits for now", club.bob)
    assert "This server: **0 of 10** credits left today" in await club.left()
    await club.says("pot", window="Day", credits=100)
    await club.accepted()  # with this order the pot was looked at once more
    assert len(club.discord.messages(log)) == 2


async def test_only_organisers_change_or_see_the_rules(club: Club) -> None:
    tries: list[tuple[str, dict[str, object]]] = [
        ("set", {"window": "Day", "pictures": 99}),
        ("pot", {"window": "Day", "remove": True}),
        ("grant", {"pictures": 9, "everybody": True}),
        ("take", {"pictures": 9, "everybody": True}),
        ("reset", {"everybody": True}),
        ("cooldown", {"seconds": 0}),
        ("roles", {"how": "They add up"}),
        ("perk", {"weight": 4.0, "member": club.alice}),
        ("rules", {}),
        ("export", {}),
    ]
    for command, options in tries:
        said = await club.says(command, user=club.alice, **options)
        assert "Only organisers can do this" in said, command
    found = club.query("SELECT count(*) FROM quota_changes WHERE guild_id = ?", club.guild.id)
    assert found == [(0,)]


async def test_what_is_unclear_is_asked_for(club: Club) -> None:
    said = await club.says("grant", pictures=1, member=club.alice, role=club.boosters)
    assert "choose one of them" in said
    said = await club.says("set", window="Day", pictures=1, member=club.alice, together=True)
    assert "choose one of them" in said
    said = await club.says("set", window="Each event", pictures=1, together=True)
    assert "there is its pot" in said
    for command, options in (
        ("set", {"window": "Day"}),  # no number is no wish to have the rule gone
        ("set", {"window": "Day", "pictures": 1, "remove": True}),
        ("pot", {"window": "Day"}),
        ("grant", {"pictures": 1}),  # nobody named is not everybody
        ("take", {"pictures": 1}),
        ("reset", {}),
        ("perk", {"member": club.alice}),
    ):
        assert "fill in one option more" in await club.says(command, **options), command


async def test_a_rule_is_taken_away_by_saying_so(club: Club) -> None:
    await club.says("set", window="Day", pictures=5)
    said = await club.says("set", window="Day", remove=True)
    assert "no rule a day any more; before: 5" in said
    said = await club.says("set", window="Day", remove=True)
    assert "no rule a day any more; there was none before" in said


async def test_quotas_of_servers_are_not_for_direct_messages(club: Club) -> None:
    typed = await club.discord.slash(club.olga, None, "quota rules")
    await club.text(await typed.responded(), "This works on servers only")


async def test_a_role_begins_anew_and_nobody_else(club: Club, house: House) -> None:
    await club.says("set", window="Day", pictures=20)
    ordered, remote_id = await house.under_way(club)
    await house.api.finish(remote_id)
    await club.picture(ordered)
    assert "**19 of 20** left today" in await club.left()
    club.discord.give_role(club.guild, club.bob, club.boosters)
    await club.accepted(club.bob)
    said = await club.says("reset", role=club.boosters)
    assert f"<@&{club.boosters.id}> begins anew; no longer counted: 0 pictures" in said
    assert "**19 of 20** left today" in await club.left()
    club.discord.give_role(club.guild, club.alice, club.boosters)
    said = await club.says("reset", role=club.boosters)
    assert "begins anew; no longer counted: 1 picture." in said
    assert "**20 of 20** left today" in await club.left()


async def test_rules_and_export_hold_every_rule_and_change(club: Club) -> None:
    await club.says("set", window="Day", pictures=5)
    await club.says("set", window="Day", pictures=7)
    await club.says("set", window="Week", pictures=20, together=True)
    await club.says("pot", window="Month", credits=500)
    await club.says("perk", role=club.boosters, weight=2.0)
    await club.says("grant", pictures=3, role=club.boosters)
    await club.accepted()
    assert "no longer counted: 0 pictures" in await club.says("reset", everybody=True)  # held
    rules = await club.says("rules")
    for line in (
        "• this server gives everybody 7 a day",
        "This server: **19 of 20** left this week",
        "This server: **498 of 500** credits left this month",
        "Unless you say otherwise: this bot gives everybody 20 a day",
        f"• <@&{club.boosters.id}>: weight 2",
        f"• <@&{club.boosters.id}>: 3 granted on top by <@{club.olga.id}>, until <t:",
        f"everybody: pictures for each a day: 5 → 7 · by <@{club.olga.id}>",
    ):
        assert line in rules, line
    exported = await club.quota("export")
    text = exported.files["quotas.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["before"] + " → " + row["after"] for row in rows if row["what"] == "limit"] == [
        "5 → 7",
        " → 5",
    ]
    assert {row["record"] for row in rows} == {
        *("export", "choice", "rule", "rule of the operator", "perk", "grant", "use", "change"),
    }
    (use,) = [row for row in rows if row["record"] == "use"]
    assert (use["who"], use["used"]) == (f"<@{club.alice.id}>", "1")
    assert not any(cell.startswith(tuple("=+-@")) for row in rows for cell in row.values())
