"""Opens the FaceSwap API that the settings name: the hosted one, or the studio beside the bot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.exits import CommandFailed
from bot.services.backends import Backend
from bot.settings import STUDIO, Settings
from bot.standalone import beside_the_bot, require_studio
from faceswap.client import FaceSwapClient
from faceswap.models import APIVersion
from studio.server.studio import Studio


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncGenerator[Backend]:
    """Open the configured API."""
    opened = open_studio_backend if settings.uses_studio else open_hosted_backend
    async with opened(settings) as backend:
        yield backend


@asynccontextmanager
async def open_hosted_backend(settings: Settings) -> AsyncGenerator[Backend]:
    """Open the API behind FACESWAP_API_URL; it need not be up."""
    if settings.faceswap_api_url is None or settings.faceswap_api_key is None:
        raise CommandFailed("FACESWAP_API_URL and FACESWAP_API_KEY are not set")
    client = FaceSwapClient(
        url=settings.faceswap_api_url,
        key=settings.faceswap_api_key,
        key_header=settings.faceswap_api_key_header,
        key_prefix=settings.faceswap_api_key_prefix,
    )
    async with client:
        yield Backend(
            name=settings.backend_name,
            client=client,
            swap_version=settings.faceswap_api_version,
            idempotent=await client.honours_idempotency_key(),
        )


@asynccontextmanager
async def open_studio_backend(
    settings: Settings, data_dir: Path | None = None
) -> AsyncGenerator[Backend]:
    """Start a studio for this process alone; a StudioError says why it cannot start.

    It keeps its jobs in DATA_DIR/studio unless told otherwise, so that they outlive a restart.
    """
    require_studio()
    config = beside_the_bot(settings, data_dir=data_dir)
    async with (
        Studio.open(config) as studio,
        FaceSwapClient(url=studio.url, key=studio.key) as client,
    ):
        yield Backend(name=STUDIO, client=client, swap_version=APIVersion.V6, idempotent=True)
