from __future__ import annotations

import discord
import pytest
from discord import app_commands

from tests.support.discord import Channel, ChannelKind, NotPossible, Permission, Role, User
from tests.support.waiting import until
from tests.unit.support.conftest import Bot, Stage


async def who_runs(stage: Stage, user: User) -> discord.Member:
    """What the bot learns of a user who runs a command in the booth."""
    seen: list[discord.Member] = []

    @stage.bot.tree.command(description="Who am I?")
    @app_commands.guild_only()
    async def whoami(interaction: discord.Interaction) -> None:
        assert isinstance(interaction.user, discord.Member)
        seen.append(interaction.user)
        await interaction.response.send_message("you")

    await stage.start()
    await (await stage.discord.slash(user, stage.booth, "whoami")).responded()
    return seen[0]


async def test_an_interaction_tells_roles_and_permissions(stage: Stage) -> None:
    crew = stage.discord.add_role(stage.guild, "crew", Permission.MANAGE_EVENTS)
    stage.discord.give_role(stage.guild, stage.alice, crew)
    member = await who_runs(stage, stage.alice)
    assert [role.id for role in member.roles] == [stage.guild.id, crew.id]
    assert member.resolved_permissions is not None
    assert member.resolved_permissions.manage_events
    assert not member.resolved_permissions.manage_guild


@pytest.mark.parametrize(
    ("of_role", "of_user", "may"),
    [
        ("deny", None, False),
        ("allow", None, True),
        ("allow", "deny", False),
        ("deny", "allow", True),
    ],
)
def test_exceptions_of_a_channel_count_in_discords_order(
    stage: Stage, of_role: str, of_user: str | None, may: bool
) -> None:
    crew = stage.discord.add_role(stage.guild, "crew", Permission.MANAGE_MESSAGES)
    stage.discord.give_role(stage.guild, stage.alice, crew)
    everyone = stage.guild.everyone
    wanted = Permission.MANAGE_MESSAGES
    stage.discord.set_overwrite(stage.booth, everyone, deny=wanted)
    stage.discord.set_overwrite(stage.booth, crew, **{of_role: wanted})
    if of_user:
        stage.discord.set_overwrite(stage.booth, stage.alice, **{of_user: wanted})
    assert (wanted in stage.booth.permissions(stage.alice)) is may


def test_of_several_roles_the_one_that_allows_wins(stage: Stage) -> None:
    for name, what in (("mute", "deny"), ("loud", "allow")):
        role = stage.discord.add_role(stage.guild, name)
        stage.discord.give_role(stage.guild, stage.alice, role)
        stage.discord.set_overwrite(stage.booth, role, **{what: Permission.SEND_MESSAGES})
    assert Permission.SEND_MESSAGES in stage.booth.permissions(stage.alice)


async def test_boosters_have_a_role_that_says_so(stage: Stage) -> None:
    boosters = stage.discord.add_role(stage.guild, "Server Booster", for_boosters=True)
    stage.discord.give_role(stage.guild, stage.alice, boosters)
    member = await who_runs(stage, stage.alice)
    assert member.premium_since is not None
    role = next(role for role in member.roles if role.id == boosters.id)
    assert role.is_premium_subscriber()
    stage.discord.take_role(stage.guild, stage.alice, boosters)
    assert stage.guild.members[stage.alice.id].boosts_since is None


async def test_options_of_every_kind_in_groups(stage: Stage) -> None:
    seen: list[object] = []
    group = app_commands.Group(name="quota", description="Quotas")
    rules = app_commands.Group(name="rules", description="Rules", parent=group)

    @rules.command(name="set", description="Set a rule")
    @app_commands.guild_only()
    async def set_rule(
        interaction: discord.Interaction,
        whom: discord.Member | discord.Role,
        role: discord.Role,
        place: discord.ForumChannel,
        window: str,
    ) -> None:
        seen.extend([whom.id, role.id, place.id, window])
        assert isinstance(whom, discord.Member)
        assert whom.resolved_permissions is not None
        await interaction.response.send_message("done")

    @set_rule.autocomplete("window")
    async def windows(
        _interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=w, value=w) for w in ("day", "week") if typed in w]

    stage.bot.tree.add_command(group)
    crew = stage.discord.add_role(stage.guild, "crew")
    media = stage.discord.add_text_channel(stage.guild, "gallery", kind=ChannelKind.MEDIA)
    await stage.start()
    filled = {"whom": stage.alice, "role": crew, "place": media, "window": "day"}
    suggested = await stage.discord.autocomplete(
        stage.alice, stage.booth, "quota rules set", {"window": "wee"}, focused="window"
    )
    assert [choice["value"] for choice in suggested] == ["week"]
    run = await stage.discord.slash(stage.alice, stage.booth, "quota rules set", filled)
    await run.responded()
    assert seen == [stage.alice.id, crew.id, media.id, "day"]
    with pytest.raises(NotPossible):
        await stage.discord.slash(
            stage.alice, stage.booth, "quota rules set", filled | {"place": stage.booth}
        )


@pytest.mark.parametrize(
    ("mentionable", "allowed", "pinged"),
    [(True, True, True), (False, True, False), (True, False, False)],
)
async def test_a_role_is_pinged_if_it_may_be_and_is_meant(
    stage: Stage, mentionable: bool, allowed: bool, pinged: bool
) -> None:
    role = _guests(stage, mentionable=mentionable)
    await stage.start()
    mentions = discord.AllowedMentions(roles=[discord.Object(role.id)] if allowed else False)
    sent = await _there(stage, stage.booth).send(role.mention, allowed_mentions=mentions)
    message = stage.discord.find_message(sent.id)
    assert message is not None
    assert (stage.alice in message.pings) is pinged
    assert message.role_mentions == ([role] if allowed else [])


async def test_naming_and_parsing_roles_exclude_each_other(stage: Stage) -> None:
    role = _guests(stage, mentionable=True)
    await stage.start()
    both = {"parse": ["roles"], "roles": [str(role.id)]}
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=stage.booth.id)
    with pytest.raises(discord.HTTPException) as refused:
        await stage.bot.http.request(route, json={"content": "x", "allowed_mentions": both})
    assert refused.value.code == 50035


def _guests(stage: Stage, *, mentionable: bool) -> Role:
    role = stage.discord.add_role(stage.guild, "guests", mentionable=mentionable)
    stage.discord.give_role(stage.guild, stage.alice, role)
    return role


def _there(stage: Stage, channel: Channel) -> discord.PartialMessageable:
    return stage.bot.get_partial_messageable(channel.id)


class Ear(Bot):
    """Hears which messages come and go, with the intents it is given."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents)
        self.heard: list[tuple[str, list[int]]] = []

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(("create", [message.id]))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.heard.append(("delete", [payload.message_id]))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        self.heard.append(("bulk", sorted(payload.message_ids)))


@pytest.mark.parametrize("guild_messages", [True, False])
async def test_who_asked_for_messages_hears_them_come_and_go(
    stage: Stage, guild_messages: bool
) -> None:
    ear = stage.bot = Ear(discord.Intents(guilds=True, guild_messages=guild_messages))
    await stage.start()
    one, two, three = [await stage.discord.say(stage.alice, stage.booth, w) for w in "abc"]
    stage.discord.delete_message(one)
    stage.discord.delete_messages([two, three])
    marker = stage.discord.add_text_channel(stage.guild, "marker")
    await until(lambda: ear.get_channel(marker.id), within=5)
    expected = [("create", [m.id]) for m in (one, two, three)]
    expected += [("delete", [one.id]), ("bulk", [two.id, three.id])]
    await until(lambda: len(ear.heard) >= len(expected) * guild_messages, within=5)
    assert ear.heard == (expected if guild_messages else [])
