"""Who may do what on a server: one table, asked by every command and button. Pure.

What Discord and the server's settings say of a person is a `Standing`; what it makes of them are
roles, and `may` looks the action up.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Role(enum.Enum):
    """What somebody is to a server or a community event."""

    MEMBER = "member"
    GUEST = "guest"  # of the event that is asked about
    MODERATOR = "moderator"
    ORGANISER = "organiser"
    OPERATOR = "operator"  # has the command line, and no rights inside a server


class Action(enum.Enum):
    """Everything of community events and quotas that somebody may wish to do."""

    # anybody's
    EVENT_LIST = "event list"
    EVENT_SHOW = "event show"
    STEP_IN = "step in"
    SEE_GALLERY = "see gallery"
    SEE_STANDINGS = "see standings"
    VOTE = "vote"
    QUOTA_SHOW = "quota show"
    # a guest's, about their own picture
    REMOVE_OWN_PICTURE = "remove own picture"
    # a moderator's
    APPROVE = "approve"
    REJECT = "reject"
    BLOCK = "block"
    UNBLOCK = "event unblock"
    REMOVE_PICTURE = "remove picture"
    # an organiser's
    EVENT_CREATE = "event create"
    EVENT_EDIT = "event edit"
    EVENT_PAUSE = "event pause"
    EVENT_END = "event end"
    EVENT_CANCEL = "event cancel"
    EVENT_FRAME = "event frame"
    EVENT_EXPORT = "event export"
    EVENT_WALL = "event wall"
    QUOTA_SET = "quota set"
    QUOTA_GRANT = "quota grant"
    QUOTA_TAKE = "quota take"
    QUOTA_RESET = "quota reset"
    QUOTA_RULES = "quota rules"
    QUOTA_EXPORT = "quota export"
    # of who manages the server: it says who the others are
    EVENT_SETTINGS = "event settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of somebody, on this server and in this channel."""

    manages_server: bool = False  # Discord's permission Manage Server
    manages_events: bool = False  # Manage Events
    manages_messages: bool = False  # Manage Messages, in the channel that the action is about
    has_organiser_role: bool = False  # the one that the server chose
    has_moderator_role: bool = False
    is_guest: bool = False
    is_operator: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Say what that makes of them; an organiser may do all that a moderator may."""
        organises = self.manages_server or self.manages_events or self.has_organiser_role
        moderates = organises or self.manages_messages or self.has_moderator_role
        held = {
            Role.MEMBER: True,
            Role.GUEST: self.is_guest,
            Role.MODERATOR: moderates,
            Role.ORGANISER: organises,
            Role.OPERATOR: self.is_operator,
        }
        return frozenset(role for role, is_held in held.items() if is_held)


_ANYBODY, _GUESTS = frozenset({Role.MEMBER}), frozenset({Role.GUEST})
_MODERATORS, _ORGANISERS = frozenset({Role.MODERATOR}), frozenset({Role.ORGANISER})

ALLOWED: Mapping[Action, frozenset[Role]] = {
    Action.EVENT_LIST: _ANYBODY,
    Action.EVENT_SHOW: _ANYBODY,
    Action.STEP_IN: _ANYBODY,
    Action.SEE_GALLERY: _ANYBODY,
    Action.SEE_STANDINGS: _ANYBODY,
    Action.VOTE: _ANYBODY,
    Action.QUOTA_SHOW: _ANYBODY,
    Action.REMOVE_OWN_PICTURE: _GUESTS,
    Action.APPROVE: _MODERATORS,
    Action.REJECT: _MODERATORS,
    Action.BLOCK: _MODERATORS,
    Action.UNBLOCK: _MODERATORS,
    Action.REMOVE_PICTURE: _MODERATORS,
    Action.EVENT_CREATE: _ORGANISERS,
    Action.EVENT_EDIT: _ORGANISERS,
    Action.EVENT_PAUSE: _ORGANISERS,
    Action.EVENT_END: _ORGANISERS,
    Action.EVENT_CANCEL: _ORGANISERS,
    Action.EVENT_FRAME: _ORGANISERS,
    Action.EVENT_EXPORT: _ORGANISERS,
    Action.EVENT_WALL: _ORGANISERS,
    Action.QUOTA_SET: _ORGANISERS,
    Action.QUOTA_GRANT: _ORGANISERS,
    Action.QUOTA_TAKE: _ORGANISERS,
    Action.QUOTA_RESET: _ORGANISERS,
    Action.QUOTA_RULES: _ORGANISERS,
    Action.QUOTA_EXPORT: _ORGANISERS,
    Action.EVENT_SETTINGS: _ORGANISERS,
}
# Quotas are the server's money and last longer than an evening: Manage Events alone is too little.
_QUOTAS = frozenset(action for action in Action if action.value.startswith("quota "))
_ORGANISERS_QUOTAS = _QUOTAS - {Action.QUOTA_SHOW}


def may(standing: Standing, action: Action) -> bool:
    """Tell whether somebody of this standing may do this."""
    if action is Action.EVENT_SETTINGS:  # or an organiser could make organisers
        return standing.manages_server
    if action in _ORGANISERS_QUOTAS:
        return standing.manages_server or standing.has_organiser_role
    return bool(ALLOWED[action] & standing.roles)
