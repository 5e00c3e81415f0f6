from __future__ import annotations

import io
import re
from typing import Any

import discord
import pytest
from discord import app_commands
from PIL import Image

from tests.support.discord import InteractionKind, NotPossible, Permission, ResponseType, Upload
from tests.unit.support.conftest import Stage


def picture(size: tuple[int, int] = (40, 30)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    return buffer.getvalue()


class Card(discord.ui.LayoutView):
    def __init__(self, *, media: str | None = None) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Card] = discord.ui.Container(
            discord.ui.TextDisplay("Your picture")
        )
        if media is not None:
            gallery: discord.ui.MediaGallery[Card] = discord.ui.MediaGallery()
            gallery.add_item(media=media, description="alice as a pirate", spoiler=True)
            box.add_item(gallery)
        row: discord.ui.ActionRow[Card] = discord.ui.ActionRow()
        row.add_item(discord.ui.Button(label="Again", custom_id="job:7:again"))
        box.add_item(row)
        self.add_item(box)


class AgainButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.LayoutView]],
    template=r"job:(?P<job>\d+):again",
):
    def __init__(self, job: int) -> None:
        super().__init__(discord.ui.Button(label="Again", custom_id=f"job:{job}:again"))
        self.job = job

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction,
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> AgainButton:
        return cls(int(match["job"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"job {self.job}", ephemeral=True)


async def test_a_photo_given_to_a_command_comes_back_in_a_layout(stage: Stage) -> None:
    photo = picture()
    seen: list[discord.Attachment] = []

    @stage.bot.tree.command(description="Swap")
    @app_commands.choices(who=[app_commands.Choice(name="Woman", value=1)])
    async def faceswap(
        interaction: discord.Interaction,
        photo: discord.Attachment,
        who: int,
    ) -> None:
        seen.append(photo)
        await interaction.response.defer()
        data = await photo.read()
        await interaction.edit_original_response(
            view=Card(media="attachment://result.png"),
            attachments=[discord.File(io.BytesIO(data), "result.png")],
        )

    await stage.start()
    options = {"photo": Upload("me now.png", photo), "who": "Woman"}
    shown = await stage.discord.slash(stage.alice, stage.booth, "faceswap", options)
    await shown.responded()
    assert shown.response_type is ResponseType.DEFERRED_MESSAGE
    message = shown.message
    assert message is not None
    await stage.discord.until(lambda: message.files)

    assert message.files == {"result.png": photo}
    assert not message.thinking
    assert message.text() == "Your picture"
    assert message.alt_texts() == ["alice as a pirate"]
    assert message.spoilers() == ["result.png"]
    assert message.labels() == ["Again"]
    [attachment] = seen
    assert (attachment.filename, attachment.width, attachment.height) == ("me_now.png", 40, 30)
    assert attachment.content_type == "image/png"
    assert attachment.ephemeral


async def test_what_the_client_would_refuse_never_reaches_the_bot(stage: Stage) -> None:
    @stage.bot.tree.command(description="Swap")
    @app_commands.choices(who=[app_commands.Choice(name="Woman", value=1)])
    @app_commands.default_permissions(manage_guild=True)
    async def faceswap(
        interaction: discord.Interaction,
        photo: discord.Attachment,
        who: int,
    ) -> None:
        await interaction.response.send_message("never")

    await stage.start()
    photo = Upload("me.png", picture())
    owner = stage.guild.owner
    refused: list[tuple[dict[str, Any], str]] = [
        ({"photo": photo}, "required"),
        ({"photo": photo, "who": 9}, "no choice"),
        ({"photo": "me.png", "who": 1}, "does not take"),
        ({"photo": photo, "who": 1, "size": 3}, "no option"),
    ]
    for options, reason in refused:
        with pytest.raises(NotPossible, match=reason):
            await stage.discord.slash(owner, stage.booth, "faceswap", options)
    with pytest.raises(NotPossible, match="no command"):
        await stage.discord.slash(owner, stage.booth, "swapface")
    with pytest.raises(NotPossible, match="MANAGE_GUILD"):
        await stage.discord.slash(
            stage.alice, stage.booth, "faceswap", {"photo": photo, "who": "Woman"}
        )
    assert not stage.discord.messages(stage.booth)


async def test_a_button_reaches_a_dynamic_item(stage: Stage) -> None:
    @stage.bot.tree.command(description="Show a card")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Card())

    stage.bot.add_dynamic_items(AgainButton)
    await stage.start()
    shown = await (await stage.discord.slash(stage.alice, stage.booth, "card")).responded()
    pressed = await stage.discord.press(stage.alice, shown.message, "Again")
    await pressed.responded()

    assert pressed.kind is InteractionKind.COMPONENT
    assert pressed.message is not None
    assert pressed.message.text() == "job 7"
    assert pressed.ephemeral
    bob = stage.discord.add_user("bob")
    stage.discord.add_member(stage.guild, bob)
    assert stage.discord.messages(stage.booth, seen_by=bob) == [shown.message]
    assert len(stage.discord.messages(stage.booth, seen_by=stage.alice)) == 2
    with pytest.raises(NotPossible, match="named 'Cancel'"):
        await stage.discord.press(stage.alice, shown.message, "Cancel")


async def test_an_ephemeral_message_can_be_reached_by_its_webhook_only(stage: Stage) -> None:
    @stage.bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first", view=discord.ui.View())
        await interaction.followup.send("second")
        message = await interaction.original_response()
        assert isinstance(interaction.channel, discord.TextChannel)
        with pytest.raises(discord.NotFound) as caught:
            await interaction.channel.get_partial_message(message.id).edit(content="no")
        await interaction.edit_original_response(content=f"{caught.value.code}")

    await stage.start()
    shown = await stage.discord.slash(stage.alice, stage.booth, "whisper")
    message = await stage.discord.until(lambda: shown.message)
    assert message is not None
    await stage.discord.until(lambda: message.content == "10008")
    assert message.ephemeral
    assert [m.content for m in shown.followups] == ["second"]
    assert not shown.followups[0].ephemeral


async def test_autocomplete_returns_what_the_bot_suggests(stage: Stage) -> None:
    @stage.bot.tree.command(description="Swap")
    async def faceswap(interaction: discord.Interaction, filter: str, size: int) -> None:  # noqa: A002
        await interaction.response.send_message(filter)

    @faceswap.autocomplete("filter")
    async def suggest(
        interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current} {interaction.namespace.size}", value="1")]

    await stage.start()
    choices = await stage.discord.autocomplete(
        stage.alice, stage.booth, "faceswap", {"filter": "vin", "size": 3}, focused="filter"
    )
    assert choices == [{"name": "vin 3", "value": "1"}]


class Form(discord.ui.Modal, title="Another photo"):
    photo: discord.ui.Label[Form] = discord.ui.Label(
        text="Photo", component=discord.ui.FileUpload(custom_id="photo")
    )
    look: discord.ui.Label[Form] = discord.ui.Label(
        text="Look",
        component=discord.ui.Select(
            custom_id="look", options=[discord.SelectOption(label="Pirate", value="34")]
        ),
    )
    words: discord.ui.Label[Form] = discord.ui.Label(
        text="Words", component=discord.ui.TextInput(custom_id="words", required=False)
    )
    agree: discord.ui.Label[Form] = discord.ui.Label(
        text="I agree", component=discord.ui.Checkbox(custom_id="agree")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        upload, select = self.photo.component, self.look.component
        words, agree = self.words.component, self.agree.component
        assert isinstance(upload, discord.ui.FileUpload)
        assert isinstance(select, discord.ui.Select)
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(agree, discord.ui.Checkbox)
        data = await upload.values[0].read()
        await interaction.response.send_message(
            f"{len(data)} {select.values} {words.value!r} {agree.value}"
        )


async def test_a_modal_takes_every_kind_of_field(stage: Stage) -> None:
    @stage.bot.tree.command(description="Form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form())

    await stage.start()
    photo = picture()
    shown = await (await stage.discord.slash(stage.alice, stage.booth, "form")).responded()
    assert shown.modal is not None
    with pytest.raises(NotPossible, match="required"):
        await stage.discord.submit_modal(stage.alice, shown, {"look": "Pirate"})
    sent = await stage.discord.submit_modal(
        stage.alice,
        shown,
        {"Photo": Upload("me.png", photo), "look": "Pirate", "agree": True},
    )
    await sent.responded()
    assert sent.message is not None
    assert sent.message.content == f"{len(photo)} ['34'] '' True"


class Choices(discord.ui.Modal, title="Choices"):
    filters: discord.ui.Label[Choices] = discord.ui.Label(
        text="Filters",
        component=discord.ui.CheckboxGroup(
            custom_id="filters",
            options=[discord.CheckboxGroupOption(label=n) for n in ("Pirate", "Anime", "Knight")],
            max_values=2,
        ),
    )
    ratio: discord.ui.Label[Choices] = discord.ui.Label(
        text="Ratio",
        component=discord.ui.RadioGroup(
            custom_id="ratio", options=[discord.RadioGroupOption(label=n) for n in ("1:1", "4:3")]
        ),
    )
    crew: discord.ui.Label[Choices] = discord.ui.Label(
        text="Crew", component=discord.ui.RoleSelect(custom_id="crew")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        filters, ratio, crew = self.filters.component, self.ratio.component, self.crew.component
        assert isinstance(filters, discord.ui.CheckboxGroup)
        assert isinstance(ratio, discord.ui.RadioGroup)
        assert isinstance(crew, discord.ui.RoleSelect)
        roles = [role.name for role in crew.values]
        await interaction.response.send_message(f"{filters.values} {ratio.value} {roles}")


async def test_a_modal_takes_choices_and_roles(stage: Stage) -> None:
    @stage.bot.tree.command(description="Form")
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Choices())

    crew = stage.discord.add_role(stage.guild, "crew")
    await stage.start()
    shown = await (await stage.discord.slash(stage.alice, stage.booth, "form")).responded()
    given = {"Filters": ["Pirate", "Knight"], "Ratio": "4:3", "crew": crew}
    mistakes: list[dict[str, object]] = [
        {"Filters": ["Pirate", "Anime", "Knight"]},
        {"Ratio": []},
        {"crew": stage.alice},
    ]
    for wrong in mistakes:
        with pytest.raises(NotPossible):
            await stage.discord.submit_modal(stage.alice, shown, given | wrong)
    sent = await stage.discord.submit_modal(stage.alice, shown, given)
    await sent.responded()
    assert sent.message is not None
    assert sent.message.content == "['Pirate', 'Knight'] 4:3 ['crew']"


async def test_a_command_works_in_direct_messages_and_subcommands_nest(stage: Stage) -> None:
    group = app_commands.Group(name="event", description="Events")

    @group.command(description="Create")
    async def create(interaction: discord.Interaction, name: str) -> None:
        context = interaction.context
        await interaction.response.send_message(f"{name} {context.dm_channel}")

    stage.bot.tree.add_command(group)
    await stage.start()
    shown = await stage.discord.slash(stage.alice, None, "event create", {"name": "Halloween"})
    await shown.responded()
    assert shown.message is not None
    assert shown.message.content == "Halloween True"
    assert shown.channel is stage.discord.dm_channel(stage.alice)
    assert [m.content for m in stage.discord.messages(shown.channel)] == ["Halloween True"]


async def test_a_context_menu_gets_the_message_it_was_opened_on(stage: Stage) -> None:
    @stage.bot.tree.context_menu(name="Swap faces")
    async def swap(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(message.attachments[0].filename)

    await stage.start()
    said = await stage.discord.say(
        stage.alice, stage.booth, "look", files=[Upload("us.png", picture())]
    )
    shown = await stage.discord.context_menu(stage.alice, stage.booth, "Swap faces", said)
    await shown.responded()
    assert shown.message is not None
    assert shown.message.content == "us.png"


async def test_an_answer_after_three_seconds_is_too_late(stage: Stage) -> None:
    codes: list[int] = []

    @stage.bot.tree.command(description="Slow")
    async def slow(interaction: discord.Interaction) -> None:
        stage.discord.advance(seconds=4)
        try:
            await interaction.response.send_message("hello")
        except discord.NotFound as error:
            codes.append(error.code)
            await interaction.channel.send("too late")  # type: ignore[union-attr]

    await stage.start()
    await stage.discord.slash(stage.alice, stage.booth, "slow")
    await stage.discord.until(lambda: stage.discord.messages(stage.booth))
    assert codes == [10062]
    assert [m.content for m in stage.discord.messages(stage.booth)] == ["too late"]


async def test_a_token_dies_after_fifteen_minutes_and_a_second_answer_is_refused(
    stage: Stage,
) -> None:
    outcome: list[tuple[int, int]] = []

    @stage.bot.tree.command(description="Twice")
    async def twice(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        interaction.response._response_type = None  # discord.py would stop us itself
        try:
            await interaction.response.send_message("two")
        except discord.HTTPException as error:
            outcome.append((error.status, error.code))
        stage.discord.advance(minutes=16)
        try:
            await interaction.edit_original_response(content="three")
        except discord.HTTPException as error:
            outcome.append((error.status, error.code))
        await interaction.channel.send("done")  # type: ignore[union-attr]

    await stage.start()
    await stage.discord.slash(stage.alice, stage.booth, "twice")
    await stage.discord.until(
        lambda: [m.content for m in stage.discord.messages(stage.booth)] == ["one", "done"]
    )
    assert outcome == [(400, 40060), (401, 50027)]


async def test_where_an_interaction_came_from_is_told_truly(stage: Stage) -> None:
    told: list[tuple[bool, bool, bool]] = []

    @stage.bot.tree.command(description="Where")
    @app_commands.allowed_installs(guilds=True, users=True)
    async def where(interaction: discord.Interaction) -> None:
        told.append(
            (
                interaction.is_guild_integration(),
                interaction.is_user_integration(),
                interaction.app_permissions.attach_files,
            )
        )
        await interaction.response.send_message("here")

    foreign = stage.discord.add_guild("Elsewhere", has_bot=False)
    hall = stage.discord.add_text_channel(foreign, "hall")
    stage.discord.add_member(foreign, stage.alice)
    stage.discord.set_permissions(stage.booth, bot=Permission.VIEW_CHANNEL)
    await stage.start()
    with pytest.raises(NotPossible, match="installed neither"):
        await stage.discord.slash(stage.alice, hall, "where")
    stage.alice.installed = True
    for channel in (stage.booth, hall):
        await (await stage.discord.slash(stage.alice, channel, "where")).responded()
    assert told == [(True, True, False), (False, True, False)]


async def test_menus_take_labels_and_people(stage: Stage) -> None:
    class Menus(discord.ui.View):
        @discord.ui.select(
            placeholder="Look", options=[discord.SelectOption(label="Pirate", value="34")]
        )
        async def look(
            self, interaction: discord.Interaction, menu: discord.ui.Select[Menus]
        ) -> None:
            await interaction.response.send_message(menu.values[0])

        @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Who")
        async def who(
            self, interaction: discord.Interaction, menu: discord.ui.UserSelect[Menus]
        ) -> None:
            await interaction.response.send_message(menu.values[0].name)

    @stage.bot.tree.command(description="Menus")
    async def menus(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(view=Menus())

    await stage.start()
    shown = await (await stage.discord.slash(stage.alice, stage.booth, "menus")).responded()
    first = await stage.discord.select(stage.alice, shown.message, "Look", "Pirate")
    second = await stage.discord.select(stage.alice, shown.message, "Who", [stage.alice])
    for chosen, expected in ((first, "34"), (second, "alice")):
        await chosen.responded()
        assert chosen.message is not None
        assert chosen.message.content == expected
    with pytest.raises(NotPossible, match="has no"):
        await stage.discord.select(stage.alice, shown.message, "Look", "Vampire")


async def test_an_answer_in_a_channel_that_is_gone_is_refused(stage: Stage) -> None:
    codes: list[int] = []

    @stage.bot.tree.command(description="Gone")
    async def gone(interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        stage.discord.delete_channel(stage.booth)
        try:
            await interaction.edit_original_response(content="too late")
        except discord.NotFound as error:
            codes.append(error.code)
        await interaction.user.send("your picture")

    await stage.start()
    await stage.discord.slash(stage.alice, stage.booth, "gone")
    home = stage.discord.dm_channel(stage.alice)
    await stage.discord.until(lambda: stage.discord.messages(home))
    assert codes == [10003]
