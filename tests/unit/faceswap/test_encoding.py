from __future__ import annotations

import asyncio
import base64
import json

import pytest

from faceswap.encoding import StreamedBody, decode
from faceswap.lifting import read_lifting


async def test_a_body_is_made_in_small_pieces_and_lets_others_work_between_them() -> None:
    photo = bytes(range(256)) * 40_000
    body = StreamedBody({"gender": 1, "note": 'quo"ted'}, photo=photo)
    others = 0

    async def work() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    worker = asyncio.create_task(work())
    pieces = [piece async for piece in body.pieces()]
    worker.cancel()

    encoded = base64.b64encode(photo).decode()
    assert json.loads(b"".join(pieces)) == {"base64": encoded, "gender": 1, "note": 'quo"ted'}
    assert sum(map(len, pieces)) == body.length
    assert max(map(len, pieces)) <= 2**17
    assert others >= len(pieces) - 3


async def test_a_body_knows_whether_it_was_ever_asked_for() -> None:
    body = StreamedBody({"prompt": "ä"}, photo=None)
    unasked = body.started
    length = sum([len(piece) async for piece in body.pieces()])

    assert (unasked, body.started) == (False, True)
    assert body.length == length


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 64])
def test_pieces_of_any_size_decode_to_the_same(size: int) -> None:
    content = bytes(range(200))
    text = b"data:image/png;base64," + base64.b64encode(content) + b"'\n"
    head, rest = text[:30], text[30:]
    pieces = [head, *(rest[start : start + size] for start in range(0, len(rest), size))]

    assert b"".join(decode(pieces)) == content


def test_a_string_of_the_answer_cannot_pass_for_another() -> None:
    long = "A" * 5000
    document = read_lifting(json.dumps({"a": long, "b": ["short", long + "B"]}).encode())
    assert isinstance(document.value, dict)
    first, (short, second) = document.value["a"], document.value["b"]

    read = [b"".join(document.pieces(text)) for text in (first, short, second)]

    assert read == [long.encode(), b"short", long.encode() + b"B"]
    assert [document.length(text) for text in (first, short, second)] == [5000, 5, 5001]


@pytest.mark.parametrize("text", [b'{"a": "', b'{"a": "x\\"', b'"', b"", b'"' + b"x" * 9999])
def test_a_string_without_an_end_is_no_json(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"without an end|Expecting value"):
        read_lifting(text)


def test_quotes_and_backslashes_before_a_quote_are_counted() -> None:
    text = json.dumps({"a\\": 'say "x"\\', "b": "y" * 5000 + '\\"'}).encode()
    document = read_lifting(text)

    assert isinstance(document.value, dict)
    assert document.value["a\\"] == 'say "x"\\'
    assert b"".join(document.pieces(document.value["b"])) == b"y" * 5000 + b'\\"'
