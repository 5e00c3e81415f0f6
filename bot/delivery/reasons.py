"""What Discord's refusals mean for a delivery: the one place that maps them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

import aiohttp
import discord

from bot.services.delivery import DeliveryPostponed

_TOKEN_EXPIRED = 50027  # "Invalid Webhook Token": the interaction's, not the bot's
_TOO_LARGE = 40005  # "Request entity too large"
# Unknown channel, server, message and webhook; missing access: the next request is refused, too.
_GONE = {10003, 10004, 10008, 10015, 50001, _TOKEN_EXPIRED}
_TOO_OLD_TO_EDIT = 30046  # a 429, but for an hour: the message was edited too often for its age


class PlaceRefused(Exception):
    """This place does not take it, now or later; another may."""


class PlaceGone(PlaceRefused):
    """There is no such place for us any more: whatever is sent there will be refused."""


class TooLarge(PlaceRefused):
    """The file is too large for this place."""


@contextmanager
def too_large() -> Iterator[None]:
    """Turn Discord's refusal of a file's size into TooLarge, and no other error."""
    try:
        yield
    except discord.HTTPException as error:
        if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or error.code == _TOO_LARGE:
            raise TooLarge(_summary(error)) from error
        raise


@asynccontextmanager
async def reasons() -> AsyncIterator[None]:
    """Turn Discord's errors into PlaceRefused and its kinds, or DeliveryPostponed."""
    try:
        with too_large():
            yield
    except discord.HTTPException as error:
        summary = _summary(error)
        if error.status == HTTPStatus.UNAUTHORIZED and error.code != _TOKEN_EXPIRED:
            raise DeliveryPostponed("Discord refuses the bot's own token") from error
        if error.code != _TOO_OLD_TO_EDIT and (
            error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            or error.status == HTTPStatus.TOO_MANY_REQUESTS
        ):
            raise DeliveryPostponed(summary) from error
        raise (PlaceGone if error.code in _GONE else PlaceRefused)(summary) from error
    except (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DeliveryPostponed(type(error).__name__) from error


def _summary(error: discord.HTTPException) -> str:
    return f"HTTP {error.status}, code {error.code}"
