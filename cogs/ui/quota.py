"""The pages of /quota: what a member has left and why, and an organiser's rules. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import discord

from bot import quota_messages as words
from bot.moments import timestamp
from bot.naming import escaped
from bot.quota_messages import PER, duration, line
from db.models import Limit, ReservationState, Scope, Stacking
from db.quota_models import (
    ChangeKind,
    Counted,
    Grant,
    OpenGrant,
    Perk,
    QuotaChange,
    QuotaOverview,
    ServerQuotas,
    Whom,
)

MOST_LINES = 8  # of one kind on the page of the rules; all are in the export
_MOST_CHARACTERS = 3900
_BECAME = {
    ReservationState.HELD: "being made",
    ReservationState.SPENT: "counted",
    ReservationState.RETURNED: "given back",
}
_CHANGED = {
    ChangeKind.LIMIT: "pictures for each",
    ChangeKind.TOGETHER: "pictures together",
    ChangeKind.POT: "credits of the server",
    ChangeKind.GRANT: "granted",
    ChangeKind.TAKEN: "taken back",
    ChangeKind.RESET: "began anew",
    ChangeKind.STACKING: "several roles",
    ChangeKind.COOLDOWN: "seconds between pictures",
    ChangeKind.WEIGHT: "weight",
    ChangeKind.EXEMPT: "exempt",
}
STACKINGS = {
    Stacking.BEST: "of a member's roles the best counts",
    Stacking.ADD: "a member's roles add up",
}


def quota_page(overview: QuotaOverview) -> discord.ui.LayoutView:
    """Tell a member what is left, when it starts again, why, and what has happened."""
    parts = ["### Your quota", *_own(overview)]
    for event, usages in overview.events:
        name = escaped(event.name, longest=80)
        parts += ["", f"**In the event {name}**", *map(line, usages)]
    parts += _history(overview)
    return page("\n".join(parts))


def _own(overview: QuotaOverview) -> Iterable[str]:
    if overview.exempt:
        yield "An organiser has exempted you: no rule for single members counts for you here."
    elif not overview.usages:
        yield "There is no limit here: make as many pictures as you like."
    yield from map(line, overview.usages)
    yield from map(line, overview.pot)
    yield from map(_grant_left, overview.grants)
    if overview.cooldown_seconds:
        wait = duration(timedelta(seconds=overview.cooldown_seconds))
        ready = f" You can order again {timestamp(overview.ready_at)}." if overview.ready_at else ""
        yield f"Between two pictures you wait {wait}.{ready}"


def _grant_left(found: OpenGrant) -> str:
    return (
        f"On top: **{found.remaining} of {found.grant.amount}** granted left, until "
        f"{timestamp(found.grant.expires_at, 'f')}; used when the rest is used up."
    )


def _history(overview: QuotaOverview) -> Iterable[str]:
    entries = [
        *((picture.at, _counted(picture)) for picture in overview.pictures),
        *((change.at, _change(change)) for change in overview.changes),
    ]
    if entries:
        yield from ("", "**What happened last**")
    for _, text in sorted(entries, key=lambda entry: entry[0], reverse=True):
        yield text


def _counted(picture: Counted) -> str:
    where = " in an event" if picture.in_event else " from a grant" if picture.granted else ""
    return f"-# {timestamp(picture.at)} picture `{picture.job_id}`{where}: {_BECAME[picture.state]}"


def _change(change: QuotaChange) -> str:
    window = f" {PER[change.window]}" if change.window else ""
    steps = f"{change.before or 'none'} → {change.after or 'none'}"
    if change.before is None and change.kind in {ChangeKind.GRANT, ChangeKind.TAKEN}:
        steps = change.after or ""
    whom = mention(Whom(scope=change.scope, scope_id=change.scope_id))
    return f"-# {timestamp(change.at)} {whom}: {_CHANGED[change.kind]}{window}: {steps}"


def rules_page(found: ServerQuotas) -> discord.ui.LayoutView:
    """Tell organisers every rule of their server, and who changed what last."""
    choices = found.choices
    parts = [
        "### Quotas of this server",
        *_some([_rule(limit) for limit in found.limits if limit.scope is not Scope.SERVER]),
        *map(line, (*found.together, *found.pot)),
        *(f"-# Unless you say otherwise: {words.source(each)}." for each in found.defaults),
        f"Several roles: {STACKINGS[choices.stacking]}.",
        f"Between two pictures: {words.pause(choices.cooldown_seconds)}.",
        *_some([_perk(perk) for perk in found.perks]),
        *_some([_grant(grant) for grant in found.grants]),
        *(_log_channel(choices.log_channel_id) if found.pot else ()),
    ]
    if found.changes:
        parts += ["", "**Latest changes**"]
    parts += [f"{_change(change)} · by {_actor(change)}" for change in found.changes]
    return page("\n".join(parts))


def _some(lines: Sequence[str]) -> Sequence[str]:
    more = len(lines) - MOST_LINES
    if more <= 0:
        return lines
    return [*lines[:MOST_LINES], f"-# … and {more} more; `/quota export` has them all."]


def _rule(limit: Limit) -> str:
    return f"• {words.source(limit).replace('you were given', f'<@{limit.scope_id}> is given')}"


def _perk(perk: Perk) -> str:
    whom = mention(Whom(scope=perk.scope, scope_id=perk.scope_id))
    parts = [f"weight {perk.weight:g}"] if perk.weight is not None else []
    parts += ["exempt from rules for single members"] if perk.exempt else []
    return f"• {whom}: {', '.join(parts)}"


def _grant(grant: Grant) -> str:
    whom = mention(Whom(scope=grant.scope, scope_id=grant.scope_id))
    until = timestamp(grant.expires_at, "f")
    return f"• {whom}: {grant.amount} granted on top by <@{grant.granted_by}>, until {until}"


def _log_channel(channel_id: int | None) -> Iterable[str]:
    if channel_id is None:
        yield (
            "-# Nobody is told when these credits run out: choose a `log_channel` with "
            "`/event settings`."
        )
    else:
        yield f"-# When these credits run out I say so in <#{channel_id}>."


def _actor(change: QuotaChange) -> str:
    return f"<@{change.actor_id}>" if change.actor_id else "somebody who deleted their data"


def mention(whom: Whom) -> str:
    """Name whom a rule is about, as Discord shows them."""
    match whom.scope:
        case Scope.MEMBER if whom.scope_id:
            return f"<@{whom.scope_id}>"
        case Scope.ROLE:
            return f"<@&{whom.scope_id}>"
        case _:
            return "everybody"


def named(whom: Whom) -> str:
    """Name whom a rule is about where a sentence begins."""
    name = mention(whom)
    return name.capitalize() if name.isalpha() else name


def was(before: float | None) -> str:
    """Say what there was before a change."""
    return "there was none before" if before is None else f"before: {before:g}"


def page(text: str) -> discord.ui.LayoutView:
    """Show text in the bot's frame; what Discord has no room for is left out, and said so."""
    if len(text) > _MOST_CHARACTERS:
        whole = text[:_MOST_CHARACTERS].rpartition("\n")[0]
        text = f"{whole}\n-# … `/quota export` has the rest."
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(text), accent_colour=discord.Colour.blurple()
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()
    return view
