"""Who may do what with community events and quotas: one row for each command, button and form.

The rows are written by hand from what is promised; no production code is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.discord import Interaction, Upload, User
from tests.support.workshop import photo_bytes
from tests.tables.permission_row import (
    EVERYBODY,
    MANAGERS,
    MODERATORS,
    NOT_MANAGER,
    NOT_MODERATOR,
    NOT_ORGANISER,
    NOT_QUOTAS,
    NOT_THEIRS,
    ORGANISERS,
    OWN,
    QUOTAS,
    PermissionRow,
    Prepare,
    Try,
    Who,
)
from tests.tables.permission_scene import Server
from tests.tables.row import Section


def types(name: str, **options: Any) -> Try:
    """Type a command; `event` is filled in where it is not named."""

    async def tries(server: Server, user: User) -> str:
        return await server.command(user, name, **options)

    return tries


def types_of_event(name: str, **options: Any) -> Try:
    """Type a command about the server's event."""

    async def tries(server: Server, user: User) -> str:
        return await server.command(user, name, event=str(server.event_id), **options)

    return tries


def types_about(name: str, option: str, **options: Any) -> Try:
    """Type a command about the server's manager."""

    async def tries(server: Server, user: User) -> str:
        return await server.command(user, name, **{option: server.manager}, **options)

    return tries


async def unblocks(server: Server, user: User) -> str:
    guest = server.manager
    return await server.command(user, "event unblock", event=str(server.event_id), guest=guest)


async def creates(server: Server, user: User) -> str:
    return await server.command(user, "event create", starts="now", ends="3h")


# -- what is prepared, by somebody who may still do everything


def shows(name: str, **options: Any) -> Prepare:
    """They have the answer to a command before them, and then lose what allowed it."""

    async def prepares(server: Server, user: User) -> None:
        await server.command(user, name, event=str(server.event_id), **options)

    return prepares


async def drafts(server: Server, user: User) -> None:
    """They have the form of /event create before them."""
    await server.draft(user)


async def previews(server: Server, user: User) -> None:
    """They have the preview of a new event before them."""
    await server.submit(user, await server.draft(user), name="Another party")


async def waits(server: Server, user: User) -> None:
    """The picture in question waits for a moderator."""
    await server.step_in(server.guest(user))


async def is_in_gallery(server: Server, user: User) -> None:
    """The picture in question is in the gallery."""
    await server.step_in(server.guest(user))
    await server.approve()


def asked(verb: str) -> Prepare:
    """They have pressed this below the picture in question, and are asked once more."""

    async def prepares(server: Server, user: User) -> None:
        await waits(server, user)
        await server.press(user, server.find(verb), f"picture:{server.picture_id}:{verb}")

    return prepares


# -- what is tried


def presses_step(step: str) -> Try:
    """Press an organiser's button in what they have before them."""

    async def tries(server: Server, user: User) -> str:
        shown = server.shown
        assert isinstance(shown, Interaction)
        message = shown.original
        which = next(
            button["custom_id"]
            for button in (message.buttons() if message else [])
            if button.get("custom_id", "").endswith(f":{step}")
        )
        return await server.press(user, message, which)

    return tries


def presses(verb: str) -> Try:
    """Press the button below the picture in question."""

    async def tries(server: Server, user: User) -> str:
        return await server.press(user, server.find(verb), f"picture:{server.picture_id}:{verb}")

    return tries


def presses_panel(verb: str) -> Try:
    async def tries(server: Server, user: User) -> str:
        return await server.press(user, server.panel(), f"event:{server.event_id}:{verb}")

    return tries


def sends(**fields: Any) -> Try:
    """Send in the form that they have before them."""

    async def tries(server: Server, user: User) -> str:
        assert isinstance(server.shown, Interaction)
        return await server.submit(user, server.shown, **fields)

    return tries


async def opens_form(server: Server, user: User) -> None:
    """They have the form behind Step in before them."""
    await server.press(user, server.panel(), f"event:{server.event_id}:join")


def _row(
    does: str,
    name: str,
    may: frozenset[Who],
    tries: Callable[[Server, User], Awaitable[str]],
    **more: Any,
) -> PermissionRow:
    return PermissionRow(does=does, name=name, may=may, tries=tries, **more)


def _organises(name: str, tries: Try, *, works: str = "", **more: Any) -> PermissionRow:
    return _row(f"`/{name}`", name, ORGANISERS, tries, refused=NOT_ORGANISER, works=works, **more)


def _quota(name: str, tries: Try, *, works: str = "Done") -> PermissionRow:
    return _row(f"`/{name}`", name, QUOTAS, tries, refused=NOT_QUOTAS, works=works, event=False)


def _step(
    does: str, step: str, prepares: Prepare, *, works: str = "", spends: bool = False
) -> PermissionRow:
    return _row(
        does,
        f"organise:{step}",
        ORGANISERS,
        presses_step(step),
        prepares=prepares,
        refused=NOT_ORGANISER,
        works=works,
        spends=spends,
    )


EVENT_COMMANDS = (
    _row("`/event list`", "event list", EVERYBODY, types("event list"), works="Party"),
    _row("`/event show`", "event show", EVERYBODY, types_of_event("event show"), works="Party"),
    _organises("event create", creates, works="form: New event", event=False),
    _organises("event edit", types_of_event("event edit", guest_limit=7), works="Changed"),
    _organises("event pause", types_of_event("event pause"), spends=True),
    _organises("event end", types_of_event("event end"), works="End Party now?"),
    _organises("event cancel", types_of_event("event cancel"), works="Cancel Party?"),
    _organises("event frame", types_of_event("event frame", caption="Hello")),
    _organises("event export", types_of_event("event export")),
    _organises("event wall", types_of_event("event wall"), works="http"),
    _row(
        "`/event unblock`",
        "event unblock",
        MODERATORS,
        unblocks,
        refused=NOT_MODERATOR,
    ),
    _row(
        "`/event settings`, to look at them",
        "event settings",
        ORGANISERS,
        types("event settings"),
        refused=NOT_ORGANISER,
        event=False,
    ),
    _row(
        "`/event settings`, to change them",
        "event settings",
        MANAGERS,
        types("event settings", timezone="Europe/Berlin"),
        refused=NOT_MANAGER,
        event=False,
    ),
)

QUOTA_COMMANDS = (
    _row("`/quota show`", "quota show", EVERYBODY, types("quota show"), event=False),
    _quota("quota set", types("quota set", window="Day", pictures=3)),
    _quota("quota pot", types("quota pot", window="Day", credits=30)),
    _quota("quota grant", types_about("quota grant", "member", pictures=2)),
    _quota("quota take", types_about("quota take", "member", pictures=1), works="Took"),
    _quota("quota reset", types_about("quota reset", "member")),
    _quota("quota cooldown", types("quota cooldown", seconds=5)),
    _quota("quota roles", types("quota roles", how="They add up")),
    _quota("quota perk", types_about("quota perk", "member", weight=2.0)),
    _quota("quota rules", types("quota rules"), works=""),
    _quota("quota export", types("quota export"), works="Quotas"),
)

PANEL_BUTTONS = (
    _row("*Step in*", "event:join", EVERYBODY, presses_panel("join"), works="form: Party"),
    _row(
        "the form behind *Step in*",
        "form event:step-in",
        EVERYBODY,
        sends(
            photo=Upload("me.jpg", photo_bytes(), "image/jpeg"),
            filter="12",
            who="Woman",
            consent=True,
        ),
        prepares=opens_form,
    ),
    _row("*Standings*", "event:standings", EVERYBODY, presses_panel("standings")),
)

ORGANISERS_BUTTONS = (
    _row(
        "the form of `/event create`",
        "form event:draft",
        ORGANISERS,
        sends(name="Another party"),
        prepares=drafts,
        refused=NOT_ORGANISER,
        works="Preview",
    ),
    _step("*Create event*", "create", previews, works="Created"),
    _step("*Change*", "change", previews, works="form:"),
    _step("*Discard*", "discard", previews, works="discarded"),
    _step("*End it now*", "end", shows("event end"), works="has ended", spends=True),
    _step(
        "*Cancel it for good*",
        "cancel",
        shows("event cancel"),
        works="is cancelled",
        spends=True,
    ),
    _step("*Use this frame*", "keep-frame", shows("event frame", caption="Hello")),
    _step("*Revoke the link*", "revoke-wall", shows("event wall")),
    _step("*New link*", "renew-wall", shows("event wall"), works="http"),
    _row(
        "*Leave it as it is*",
        "organise:never-mind",
        EVERYBODY,
        presses_step("never-mind"),
        prepares=shows("event end"),
        works="stays as it is",
    ),
)

PICTURE_BUTTONS = (
    _row(
        "*Approve*",
        "picture:approve",
        MODERATORS,
        presses("approve"),
        prepares=waits,
        refused=NOT_MODERATOR,
        works="Approved",
    ),
    _row(
        "*Reject*",
        "picture:reject",
        MODERATORS,
        presses("reject"),
        prepares=waits,
        refused=NOT_MODERATOR,
        works="form: Reject",
    ),
    _row(
        "the reason behind *Reject*",
        "form picture:why",
        MODERATORS,
        sends(reason="Not today"),
        prepares=asked("reject"),
        refused=NOT_MODERATOR,
        works="Rejected",
    ),
    _row(
        "*Block guest*",
        "picture:block",
        MODERATORS,
        presses("block"),
        prepares=waits,
        refused=NOT_MODERATOR,
    ),
    _row(
        "*Yes, block*",
        "picture:block-surely",
        MODERATORS,
        presses("block-surely"),
        prepares=asked("block"),
        refused=NOT_MODERATOR,
        works="takes no part",
    ),
    _row(
        "*♥*",
        "picture:vote",
        EVERYBODY - {Who.GUEST},
        presses("vote"),
        prepares=is_in_gallery,
        refused=OWN,
        works="Your vote counts",
    ),
    _row(
        "*Remove*",
        "picture:remove",
        MODERATORS | {Who.GUEST},
        presses("remove"),
        prepares=is_in_gallery,
        refused=NOT_THEIRS,
        works="took the picture down",
    ),
)

SECTIONS: tuple[Section[PermissionRow], ...] = (
    Section("Commands for events", EVENT_COMMANDS),
    Section("Commands for quotas", QUOTA_COMMANDS),
    Section("An event's panel", PANEL_BUTTONS),
    Section("What an organiser sees", ORGANISERS_BUTTONS),
    Section("Below a picture", PICTURE_BUTTONS),
)
ROWS = tuple(row for section in SECTIONS for row in section.rows)
