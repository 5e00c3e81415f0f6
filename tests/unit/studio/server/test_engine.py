"""The studio with the engine that ships with it, from a photo to a picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from faceswap.models import Ratio
from tests.support.studio_api import StudioApi, as_base64, odd_config, open_api

PHOTOS = Path(__file__).parents[5] / "shared" / "photos"
ENGINE = "studio.engine:create_engine"


def photo(name: str) -> str:
    path = PHOTOS / name
    if not path.exists():
        pytest.skip("the photos for tests are not here")
    return as_base64(path.read_bytes())


async def catalogue_previews(api: StudioApi) -> dict[str, bytes]:
    listing = (await api.get("/v1/filters/")).json
    return {it["id"]: (await api.get(it["preview_url"], key=None)).raw for it in listing}


async def test_the_real_engine_serves_photos_and_prompts(tmp_path: Path) -> None:
    config = odd_config(tmp_path, engine=ENGINE, worker_memory_mb=1500)
    async with open_api(config) as api:
        previews = await catalogue_previews(api)
        filter_id = next(iter(previews))
        for webp in previews.values():
            with Image.open(io.BytesIO(webp)) as image:
                assert image.format == "WEBP"
                assert image.size < (1000, 1000)

        blank = io.BytesIO()
        Image.new("RGB", (640, 640), "green").save(blank, "JPEG")
        without_face = as_base64(blank.getvalue())
        refused = await api.submit("", base64=without_face, filter_id=filter_id)
        assert (refused.status, refused.json["problem"]) == (400, "NO_FACE")
        refused = await api.submit("", base64=as_base64(b"no image"), filter_id=filter_id)
        assert (refused.status, refused.json["problem"]) == (400, "NOT_AN_IMAGE")

        receipt = await api.post("/v2/run/self-prompt", {"prompt": "mountains at sunset"})
        sketch = await api.polled(receipt.json["id"])
        with Image.open(io.BytesIO(sketch.picture)) as image:
            assert image.size == (1200, 1800)
        assert sketch.json["understood"]


@pytest.mark.parametrize("ratio", list(Ratio))
async def test_the_real_engine_makes_a_picture_of_a_face(tmp_path: Path, ratio: Ratio) -> None:
    face = photo("3156504080.jpg")
    config = odd_config(tmp_path, engine=ENGINE, worker_memory_mb=1500)
    async with open_api(config) as api:
        filter_id = (await api.get("/v1/filters/")).json[0]["id"]
        job_id = await api.submitted("", base64=face, filter_id=filter_id, ratio=ratio.value)
        answer = await api.finished(job_id)
        assert answer.json["status"] == "COMPLETED"
        with Image.open(io.BytesIO(answer.picture)) as image:
            assert (image.format, image.size) == ("PNG", ratio.size)
