"""A Discord, an API and one of the two bots between them, each in a process of its own."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.programs import FLOOR, OURS, APIProcess, Program, agree_for_all, api_process, program
from bench.samples import photo, picture
from bench.standin import LoadStandIn, Order
from tests.support.discord import Upload

T = TypeVar("T")

PATIENCE_SECONDS = 240.0
_TAIL = 3000  # characters of a program's log that are shown when it fails

SMALL_PHOTO = Upload("me.jpg", photo(width=340, height=460), "image/jpeg")  # 64 KB
SMALL_PICTURE = picture(width=215, height=215)  # 64 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """What a measurement holds in its hand."""

    discord: LoadStandIn
    api: APIProcess
    bot: Program

    async def order(self, photo: Upload = SMALL_PHOTO) -> Order:
        return await self.discord.order(photo)

    async def orders(
        self, number: int, *, at_once: int, photo: Upload = SMALL_PHOTO
    ) -> list[Order]:
        """Have so many pictures made, `at_once` at any time; returns when all are posted."""
        places = asyncio.Semaphore(at_once)

        async def one() -> Order:
            async with places:
                order = await self.order(photo)
                await order.posted
                return order

        return await self.patiently(asyncio.gather(*(one() for _ in range(number))))

    async def accepted(self, number: int, *, photo: Upload = SMALL_PHOTO) -> list[Order]:
        """Have so many orders sent to the API, which holds them; returns when all are there."""
        before = (await self.api.counts())["submissions"]
        places = asyncio.Semaphore(16)

        async def one() -> Order:
            async with places:
                order = await self.order(photo)
                await order.answered
                return order

        orders = await self.patiently(asyncio.gather(*(one() for _ in range(number))))

        async def all_there() -> bool:
            return bool((await self.api.counts())["submissions"] >= before + number)

        await self.patiently(_until(all_there))
        return orders

    async def posted(self, orders: Iterable[Order]) -> None:
        """Wait until all pictures are posted."""
        await self.patiently(asyncio.gather(*(order.posted for order in orders)))

    async def patiently(self, wait: Awaitable[T]) -> T:
        """Wait, but not for ever; say what the program wrote if it was in vain."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await wait
        except TimeoutError:
            print(self.bot.log.read_text()[-_TAIL:])
            raise


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():  # noqa: ASYNC110 - another process has no event
        await asyncio.sleep(0.1)


@asynccontextmanager
async def rig(
    command: tuple[str, ...] = OURS, *, picture: bytes = SMALL_PICTURE, **settings: str
) -> AsyncGenerator[Rig]:
    """Set everything up, with a bot that has served one order already."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with LoadStandIn() as discord, api_process(folder) as api:
            await agree_for_all(discord, folder)
            await api.rules(picture=picture, seconds=(0.0, 0.0))
            async with program(command, discord, api, folder, **settings) as bot:
                await discord.online()
                ready = Rig(discord=discord, api=api, bot=bot)
                await ready.orders(1, at_once=1)
                yield ready


__all__ = ["FLOOR", "OURS", "SMALL_PICTURE", "Rig", "rig"]
