from __future__ import annotations

from typing import Any

import discord
import pytest

from tests.support.discord import NotPossible
from tests.support.discord.commands import check_all, leaves
from tests.support.discord.errors import DiscordError
from tests.unit.support.conftest import Stage


def command(name: str = "faceswap", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Swap", **more}


def option(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "An option", "type": 3, **more}


CHOICE = {"name": "Pirate", "value": "34"}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ([command("swap"), command("jobs")], [command("swap"), command("swap")]),
        ([command("face_swap")], [command("FaceSwap")]),
        ([command("swap", description="x" * 100)], [command("swap", description="x" * 101)]),
        (
            [command(options=[option("photo", required=True), option("who")])],
            [command(options=[option("who"), option("photo", required=True)])],
        ),
        ([command(options=[option("a"), option("b")])], [command(options=[option("a")] * 2)]),
        (
            [command(options=[option("a", choices=[CHOICE])])],
            [command(options=[option("a", choices=[CHOICE], autocomplete=True)])],
        ),
    ],
    ids=["unique", "lower case", "description", "required first", "options", "choices"],
)
def test_commands_keep_to_discords_rules(
    good: list[dict[str, Any]], bad: list[dict[str, Any]]
) -> None:
    check_all(good)
    with pytest.raises(DiscordError, match="50035"):
        check_all(bad)


def test_what_can_be_run_has_its_full_name() -> None:
    create = option("create", type=1, options=[option("name")])
    nested = option("prize", type=2, options=[option("draw", type=1)])
    names = [name for name, _ in leaves(command("event", options=[create, nested]))]
    assert names == ["event create", "event prize draw"]


async def test_a_command_keeps_its_id_and_a_guilds_own_hides_the_global_one(stage: Stage) -> None:
    @stage.bot.tree.command(description="Everywhere")
    async def swap(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("global")

    await stage.start()
    [first] = await stage.bot.tree.fetch_commands()
    [again] = await stage.bot.tree.sync()
    assert first.id == again.id
    place = discord.Object(stage.guild.id)
    stage.bot.tree.copy_global_to(guild=place)
    [own] = await stage.bot.tree.sync(guild=place)
    assert own.id != first.id
    assert stage.discord.syncs == 3
    shown = await stage.discord.slash(stage.alice, stage.booth, "swap")
    await shown.responded()


async def test_a_command_needing_no_permission_at_all_is_for_administrators(stage: Stage) -> None:
    @stage.bot.tree.command(description="Hidden")
    @discord.app_commands.default_permissions()
    async def hidden(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hello")

    await stage.start()
    with pytest.raises(NotPossible, match="ADMINISTRATOR"):
        await stage.discord.slash(stage.alice, stage.booth, "hidden")
    await (await stage.discord.slash(stage.guild.owner, stage.booth, "hidden")).responded()
