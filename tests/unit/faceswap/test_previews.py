from __future__ import annotations

import io

import pytest
from PIL import Image

from faceswap import FaceSwapClient, PreviewUnavailable, Timeouts
from tests.support.pngs import png
from tests.support.scripted_api import RESET, Answer, ScriptedAPI


def encoded(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 6)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("WEBP", ".webp")])
async def test_a_preview_comes_as_it_is(
    api: ScriptedAPI, client: FaceSwapClient, kind: str, suffix: str
) -> None:
    api.previews["12"] = Answer(body=encoded(kind))
    preview = await client.get_preview(f"{api.url}/previews/12")
    assert (preview.suffix, preview.data) == (suffix, encoded(kind))
    assert api.calls[-1].headers["X-API-Key"] == api.key


async def test_the_key_goes_to_the_api_only(api: ScriptedAPI, client: FaceSwapClient) -> None:
    async with ScriptedAPI() as elsewhere:
        elsewhere.previews["12"] = Answer(body=png())
        preview = await client.get_preview(f"{elsewhere.url}/previews/12")
        assert preview.data == png()
        assert api.key not in str(elsewhere.calls[-1].headers)


UNUSABLE = [
    Answer(status=404),
    Answer(status=500, body=png()),
    Answer(status=302, headers={"Location": "/previews/good"}),
    Answer(body=b""),
    Answer(body=b"<html>"),
    Answer(body=png(at_least_bytes=2**20 + 1)),
    Answer(body=png(), cut_after=20),
    RESET,
]


@pytest.mark.parametrize("answer", UNUSABLE, ids=lambda answer: repr(answer)[:70])
async def test_what_is_no_usable_preview(
    api: ScriptedAPI, client: FaceSwapClient, answer: Answer
) -> None:
    api.previews |= {"12": answer, "good": Answer(body=png())}
    with pytest.raises(PreviewUnavailable):
        await client.get_preview(f"{api.url}/previews/12")


async def test_a_preview_is_not_waited_for_without_end(api: ScriptedAPI) -> None:
    api.previews["12"] = Answer(body=png(), cut_after=9, stalls=True)
    async with FaceSwapClient(url=api.url, key=api.key, timeouts=Timeouts(preview=0.1)) as client:
        with pytest.raises(PreviewUnavailable):
            await client.get_preview(f"{api.url}/previews/12")
