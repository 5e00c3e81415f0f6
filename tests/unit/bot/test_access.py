"""Who may do what, as a table of standings and actions."""

from __future__ import annotations

import pytest

from bot.services.access import ALLOWED, Action, Role, Standing, may

_ANYBODYS = {
    Action.EVENT_LIST,
    Action.EVENT_SHOW,
    Action.STEP_IN,
    Action.SEE_GALLERY,
    Action.SEE_STANDINGS,
    Action.VOTE,
    Action.QUOTA_SHOW,
}
_GUESTS = _ANYBODYS | {Action.REMOVE_OWN_PICTURE}
_MODERATORS = _ANYBODYS | {
    Action.APPROVE,
    Action.REJECT,
    Action.BLOCK,
    Action.UNBLOCK,
    Action.REMOVE_PICTURE,
}
_EVENTS = _MODERATORS | {
    Action.EVENT_CREATE,
    Action.EVENT_EDIT,
    Action.EVENT_PAUSE,
    Action.EVENT_END,
    Action.EVENT_CANCEL,
    Action.EVENT_FRAME,
    Action.EVENT_EXPORT,
    Action.EVENT_WALL,
}
_ORGANISERS = _EVENTS | {
    Action.QUOTA_SET,
    Action.QUOTA_GRANT,
    Action.QUOTA_TAKE,
    Action.QUOTA_RESET,
    Action.QUOTA_RULES,
    Action.QUOTA_EXPORT,
}


@pytest.mark.parametrize(
    ("standing", "allowed"),
    [
        (Standing(), _ANYBODYS),
        (Standing(is_guest=True), _GUESTS),
        (Standing(manages_messages=True), _MODERATORS),
        (Standing(has_moderator_role=True), _MODERATORS),
        (Standing(manages_events=True), _EVENTS),
        (Standing(has_organiser_role=True), _ORGANISERS),
        (Standing(manages_server=True), _ORGANISERS | {Action.EVENT_SETTINGS}),
        (Standing(is_operator=True), _ANYBODYS),
    ],
)
def test_each_standing_may_do_this_and_nothing_else(
    standing: Standing, allowed: set[Action]
) -> None:
    assert {action for action in Action if may(standing, action)} == allowed


def test_every_action_is_somebodys() -> None:
    assert set(ALLOWED) == set(Action)
    assert Role.OPERATOR not in frozenset().union(*ALLOWED.values())
