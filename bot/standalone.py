"""The studio as this program starts it: alone for `faceswap-bot studio`, or beside the bot."""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Callable
from pathlib import Path

from bot.exits import CommandFailed
from bot.settings import Settings
from studio.server.main import serve
from studio.server.studio import StudioConfig

_PACKAGES = ("ai_edge_litert", "cv2", "numpy")  # the [studio] extra, as it is imported


def require_studio() -> None:
    """Refuse to go on without the packages that make pictures."""
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise CommandFailed(
            f"the studio needs packages that are not installed ({', '.join(missing)}); "
            "install them with: pip install 'faceswap-bot[studio]'"
        )


def beside_the_bot(settings: Settings, *, data_dir: Path | None = None) -> StudioConfig:
    """Configure a studio that only this process can use."""
    return StudioConfig(
        data_dir=data_dir or settings.data_dir / "studio",
        keys=(secrets.token_urlsafe(),),
        workers=settings.studio_workers,
        allow_urls=False,
    )


async def serve_alone(
    settings: Settings, *, host: str, port: int, workers: int | None, say: Callable[[str], None]
) -> None:
    """Serve until a signal comes; a key is made and said where none is set."""
    require_studio()
    config = StudioConfig(
        data_dir=settings.data_dir / "studio",
        keys=settings.studio_api_keys or (secrets.token_urlsafe(),),
        host=host,
        port=port,
        workers=workers or settings.studio_workers,
    )

    def announce(ready: str) -> None:
        say(ready)
        if not settings.studio_api_keys:
            say(f"Key of this run: {config.keys[0]} (set STUDIO_API_KEYS to choose your own)")
        say("Ctrl-C stops it.")

    await serve(config, announce=announce)
