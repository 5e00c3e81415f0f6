"""The settings themselves, as far as they can be judged without leaving this machine."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from urllib.parse import urlsplit

from bot.checks.finding import Finding, fail, ok, warn
from bot.settings import Settings, variable_names

_ALIKE = 0.85
_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def check_names(names: Iterable[str]) -> list[Finding]:
    """Find variables that are read by nobody, but look like one of ours with a slip in it."""
    known = variable_names()
    return [
        warn(f"{name} is not a setting", f"did you mean {meant[0]}?")
        for name in sorted(set(names) - set(known))
        if (meant := difflib.get_close_matches(name.upper(), known, n=1, cutoff=_ALIKE))
    ]


def check_settings(settings: Settings) -> list[Finding]:
    """Judge settings that can be read, but may not do what was meant."""
    findings = [ok("settings: every value can be read")]
    if settings.quota_per_day == 0:
        findings.append(
            warn("QUOTA_PER_DAY is 0: no member may make a picture", "raise it to open the booth")
        )
    if settings.queue_wait < settings.job_deadline:
        findings.append(
            warn(
                "QUEUE_WAIT_MINUTES is shorter than JOB_DEADLINE_MINUTES",
                "a job behind a slow one may be given up before its turn; raise it",
            )
        )
    url = urlsplit(settings.faceswap_api_url or "")
    if url.scheme == "http" and url.hostname not in _THIS_MACHINE:
        findings.append(
            warn(
                "FACESWAP_API_URL is plain http: key and photos can be read on the way",
                "write https if the API has it",
            )
        )
    return [*findings, *_check_wall(settings)]


def _check_wall(settings: Settings) -> list[Finding]:
    """Judge the way to the live wall; nothing to say where there is none."""
    url = urlsplit(settings.wall_base or "")
    if settings.wall_url is None and url.hostname:
        here = f"the live wall: only browsers on this machine reach it, at {settings.wall_base}"
        return [warn(here, "set WALL_URL to the address that guests and projectors reach")]
    if url.scheme == "http" and url.hostname not in _THIS_MACHINE:
        return [
            warn(
                "WALL_URL is plain http: whoever is on the way reads links and pictures",
                "put a proxy with TLS before it, and write https",
            )
        ]
    return [ok(f"the live wall: {settings.wall_url}")] if settings.wall_url else []


def unreadable(problems: Iterable[str]) -> list[Finding]:
    """Report settings that cannot be read; nothing else can be checked then."""
    findings = [_unreadable(problem) for problem in problems]
    return [*findings, warn("nothing else was checked", "correct the settings first")]


def _unreadable(problem: str) -> Finding:
    what, _, remedy = problem.partition("; ")
    return fail(what, remedy)
