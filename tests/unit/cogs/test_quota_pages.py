"""The pages of /quota: every rule in words, and nothing that Discord has no room for."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot import quota_messages
from cogs.ui.quota import quota_page, rules_page
from db.event_models import ServerChoices
from db.models import Ledger, ReservationState, Scope, Window
from db.quota_models import (
    ChangeKind,
    Counted,
    Grant,
    OpenGrant,
    Perk,
    QuotaChange,
    QuotaOverview,
    ServerQuotas,
)
from tests.support.quotas import every_usage, make_limit, make_usage
from tests.unit.cogs.test_cards import check, text_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GUILD, MEMBER = 8, 7
NOTHING = QuotaOverview(
    usages=(),
    pot=(),
    grants=(),
    exempt=False,
    weight=1.0,
    cooldown_seconds=0,
    ready_at=None,
    events=(),
    pictures=(),
    changes=(),
)
GRANT = Grant(
    id=1,
    guild_id=GUILD,
    scope=Scope.MEMBER,
    scope_id=MEMBER,
    amount=5,
    expires_at=NOW + timedelta(days=3),
    granted_by=600,
    granted_at=NOW,
)


def change(kind: ChangeKind, scope: Scope = Scope.SERVER) -> QuotaChange:
    return QuotaChange(
        id=1,
        guild_id=GUILD,
        at=NOW,
        actor_id=600,
        kind=kind,
        scope=scope,
        scope_id=GUILD,
        window=Window.DAY,
        before=None,
        after="20",
    )


def shown(overview: QuotaOverview) -> str:
    return text_of(check(quota_page(overview)))


def test_each_rule_says_what_is_left_and_why() -> None:
    limit = make_limit(Scope.ROLE, 20, scope_id=31, guild_id=GUILD)
    text = shown(dataclasses.replace(NOTHING, usages=(make_usage(limit, used=17),)))
    assert "You: **3 of 20** left today. Starts again <t:" in text
    assert "Why: <@&31> gives 20 a day" in text


def test_every_kind_of_rule_is_told_in_words() -> None:
    for usage in every_usage():
        for text in (quota_messages.line(usage), quota_messages.explained(usage)):
            assert str(usage.limit.amount) in text
            assert "None" not in text
            assert ("<t:" in text) == (usage.resets_at is not None)


def test_a_page_tells_of_grants_pauses_exemption_and_what_happened() -> None:
    grant = OpenGrant(grant=GRANT, used=3)
    picture = Counted(
        job_id=9, at=NOW, state=ReservationState.RETURNED, granted=True, in_event=False
    )
    overview = dataclasses.replace(
        NOTHING,
        exempt=True,
        grants=(grant,),
        cooldown_seconds=90,
        ready_at=NOW,
        pictures=(picture,),
        changes=(change(ChangeKind.GRANT),),
    )
    text = shown(overview)
    assert "exempted you" in text
    assert "**2 of 5** granted left, until <t:" in text
    assert "you wait 90 seconds. You can order again <t:" in text
    assert "picture `9` from a grant: given back" in text
    assert "everybody: granted a day: 20" in text
    assert "There is no limit here" in shown(NOTHING)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_change_has_words(kind: ChangeKind) -> None:
    text = shown(dataclasses.replace(NOTHING, changes=(change(kind),)))
    assert "20" in text


def test_a_page_of_a_hundred_rules_fits_and_points_at_the_export() -> None:
    limits = tuple(
        make_limit(Scope.ROLE, 20, scope_id=10**18 + number, guild_id=GUILD)
        for number in range(100)
    )
    pot = make_limit(Scope.SERVER, 500, ledger=Ledger.POT, scope_id=GUILD, guild_id=GUILD)
    perks = tuple(
        Perk(guild_id=GUILD, scope=Scope.ROLE, scope_id=10**18 + n, weight=2.0, exempt=True)
        for n in range(100)
    )
    found = ServerQuotas(
        choices=ServerChoices(guild_id=GUILD, log_channel_id=5, cooldown_seconds=60),
        limits=(*limits, pot),
        defaults=(make_limit(),),
        pot=(make_usage(pot),),
        together=(),
        perks=perks,
        grants=(GRANT,) * 100,
        changes=tuple(change(kind) for kind in ChangeKind) * 3,
        use=(),
    )
    page: discord.ui.LayoutView = rules_page(found)
    text = text_of(check(page))
    assert text.count("`/quota export`") >= 3
    assert "… and 92 more" in text
    assert "This server: **497 of 500** credits left today" in text
    assert "Unless you say otherwise: this bot gives everybody 20 a day" in text
