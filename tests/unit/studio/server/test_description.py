"""The OpenAPI description and the page say exactly what is served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from studio.server.orders import IGNORED_FIELDS
from studio.server.routes import Parts, Routes
from tests.support.studio_api import DESCRIPTION, StudioApi, odd_config, open_api


async def test_the_description_has_exactly_the_routes(api: StudioApi) -> None:
    answer = await api.get("/openapi.json", key=None)
    assert answer.json == DESCRIPTION
    served = {(route.method, route.path) for route in Routes(cast("Parts", None)).table()}
    described = {
        (method.upper(), path) for path, item in DESCRIPTION["paths"].items() for method in item
    }
    assert described == served


async def test_the_description_says_which_routes_need_no_key(api: StudioApi) -> None:
    for path, item in DESCRIPTION["paths"].items():
        for method, operation in item.items():
            concrete = re.sub(r"\{\w+\}", "1", path)
            answer = await api.call(method.upper(), concrete, key=None)
            assert (answer.status == 401) is (operation.get("security") != []), path


def test_the_description_names_the_ignored_fields() -> None:
    schemas = DESCRIPTION["components"]["schemas"]
    for name in ("SwapRequestV1V5", "PromptRequest"):
        properties = schemas[name]["properties"]
        ignored = {it for it in properties if "ignored" in properties[it].get("description", "")}
        assert ignored == IGNORED_FIELDS


async def test_the_page_runs_only_its_own_script(api: StudioApi) -> None:
    answer = await api.get("/", key=None)
    page, policy = answer.raw.decode(), answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert len(re.findall(r"'sha256-[\w+/=]{44}'", policy)) == 2
    assert not re.search(r"(src|href)=\"(https?:)?//", page), "an external asset"
    assert not re.search(r"\son\w+=|\sstyle=", page), "what the policy would block"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [({"keys": ()}, "key"), ({"keys": ("a", " ")}, "key"), ({"workers": 0}, "workers")],
)
def test_a_configuration_without_sense_is_refused(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        odd_config(tmp_path, **changes)


def test_a_configuration_does_not_show_its_keys(tmp_path: Path) -> None:
    assert "key-of-the-tests" not in repr(odd_config(tmp_path))


async def test_every_interface_is_told_as_one_that_can_be_reached(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path, host="0.0.0.0")) as api:  # noqa: S104
        assert api.studio.url.startswith("http://127.0.0.1:")
        assert (await api.get("/healthz")).status == 200
