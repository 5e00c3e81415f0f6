"""The API's side of a party: photos that carry a number, and the pictures made of them."""

from __future__ import annotations

import asyncio
import io
import itertools
import random
from collections import Counter

from PIL import Image, ImageDraw

from tests.support.scripted_api import Answer, Call, ScriptedAPI

NO_FACE = Answer(status=422, body={"error": {"code": "NO_FACE", "message": "no face found"}})
_STEP = 16  # of a colour, far enough apart to survive a JPEG
_LEVELS = 15
MOST_MARKS = _LEVELS**3
PHOTO_SIZE = (48, 64)
SIZES = ((300, 450), (320, 320), (450, 300))
FAILING_EVERY_OTHER = 2


def photo(mark: int) -> bytes:
    """A photo whose colour says which it is."""
    out = io.BytesIO()
    Image.new("RGB", PHOTO_SIZE, _colour(mark)).save(out, "JPEG", quality=92)
    return out.getvalue()


def mark_of(data: bytes) -> int:
    """Read the number of a photo, however it was packed again."""
    with Image.open(io.BytesIO(data)) as image:
        pixel = image.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    red, green, blue = (round((value - _STEP / 2) / _STEP) for value in pixel)
    return (red * _LEVELS + green) * _LEVELS + blue


def _colour(mark: int) -> tuple[int, int, int]:
    assert 0 <= mark < MOST_MARKS
    digits = (mark // _LEVELS**2, mark // _LEVELS % _LEVELS, mark % _LEVELS)
    red, green, blue = (digit * _STEP + _STEP // 2 for digit in digits)
    return red, green, blue


class Kitchen:
    """Judges submissions by their photo's mark, and makes the pictures."""

    def __init__(self, api: ScriptedAPI, *, seed: int, making: tuple[float, float]) -> None:
        self._api = api
        self._rng = random.Random(f"{seed}:kitchen")
        self._making = making
        self._tasks: set[asyncio.Task[None]] = set()
        self.spoiled: set[int] = set()  # marks whose photos come to nothing
        self.served: Counter[int] = Counter()  # pictures made, by mark
        self._marks = itertools.count()
        api.judge = self._judge

    def take_mark(self, *, spoiled: bool) -> int:
        """Return the number of the next photo; a spoiled one comes to nothing."""
        mark = next(self._marks)
        if spoiled:
            self.spoiled.add(mark)
        return mark

    def paid(self) -> Counter[int]:
        """Count paid calls by mark."""
        return Counter(mark_of(call.photo) for call in self._api.submissions if call.was_paid)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _judge(self, call: Call) -> Answer | None:
        mark = mark_of(call.photo)
        if mark in self.spoiled and mark % FAILING_EVERY_OTHER:
            return NO_FACE
        task = asyncio.create_task(self._make(mark, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def _make(self, mark: int, call: Call) -> None:
        await asyncio.sleep(self._rng.uniform(*self._making))  # how long the API takes
        if not call.is_first or call.remote_id is None:
            return
        if mark in self.spoiled:
            await self._api.say(call.remote_id, "FAILED", error="it did not work")
            return
        self.served[mark] += 1
        await self._api.finish(call.remote_id, _picture(mark))


def _picture(mark: int) -> bytes:
    """A picture one can tell from the others: its number in large stripes."""
    width, height = SIZES[mark % len(SIZES)]
    image = Image.new("RGB", (width, height), _colour(mark))
    draw = ImageDraw.Draw(image)
    for bit in range(12):
        if mark >> bit & 1:
            left = width * bit // 12
            draw.rectangle((left, height // 3, left + width // 14, height * 2 // 3), fill="white")
    draw.text((12, 12), f"No. {mark}", fill="white", font_size=height // 12)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
