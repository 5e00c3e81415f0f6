"""Where pictures come from: the hosted API and its key, or the studio on this machine."""

from __future__ import annotations

import asyncio

from bot.backend import open_hosted_backend
from bot.checks.finding import Finding, fail, ok, warn
from bot.exits import CommandFailed
from bot.explanations import explain_api
from bot.settings import Settings
from bot.standalone import require_studio
from faceswap.errors import FaceSwapError


async def check_pictures(settings: Settings) -> list[Finding]:
    """Ask the API for its filters, which costs nothing, or look at what the studio needs."""
    if settings.uses_studio:
        return [await asyncio.to_thread(_check_studio)]
    try:
        async with open_hosted_backend(settings) as backend:
            filters = await backend.client.list_filters()
    except FaceSwapError as error:
        what, _, remedy = explain_api(error).partition("; ")
        return [fail(f"{settings.faceswap_api_url}: {what}", remedy)]
    if not filters:
        return [
            warn(
                f"{settings.faceswap_api_url} lists no filters",
                "only filters named by their UUID can be used; ask its provider",
            )
        ]
    return [ok(f"{settings.faceswap_api_url} takes the key and lists {len(filters)} filters")]


def _check_studio() -> Finding:
    remedy = "install it again: pip install --force-reinstall 'faceswap-bot[studio]'"
    try:
        require_studio()
        # Loads pixel libraries and networks: a second, and only here.
        from studio.engine import create_engine  # noqa: PLC0415
        from studio.engine.runtime import Model, ModelDamaged, read_model  # noqa: PLC0415
    except CommandFailed as error:
        what, _, remedy = str(error).partition("; ")
        return fail(what, remedy)
    except ImportError as error:
        return fail(f"the studio cannot load its packages: {error}", remedy)
    try:
        for model in Model:
            read_model(model)
    except (OSError, ModelDamaged) as error:
        return fail(f"the studio's networks are not all there: {error}", remedy)
    count = len(create_engine().catalogue())
    return ok(f"no API is set: the studio makes the pictures, with {count} filters")
