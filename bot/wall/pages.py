"""The documents of the wall's server, filled in from their templates."""

from __future__ import annotations

import html
from collections.abc import Mapping
from importlib import resources
from string import Template
from urllib.parse import urlsplit

import segno
from aiohttp import web

from bot.services.events.walls import spell
from bot.wall.assets import Assets
from db.event_models import Event

_ROBOTS = "User-agent: *\nDisallow: /\n"
_SORRY = "The wall is resting. It will be back in a moment: please try again."
_NOTHING = (
    "There is nothing here. Perhaps the link is incomplete, or the wall it led to has been "
    "closed. The organisers of the event have the link that works."
)


class Pages:
    """All documents; `base_url` is how browsers reach this server."""

    def __init__(self, assets: Assets, *, base_url: str) -> None:
        self._base_url = base_url
        self._path = urlsplit(base_url).path  # where a proxy has put us, "" at its root
        self._static = f"{self._path}/static/{assets.digest}"
        folder = resources.files("bot.wall").joinpath("assets")
        self._wall = Template(folder.joinpath("wall.html").read_text("utf-8"))
        self._note = Template(folder.joinpath("note.html").read_text("utf-8"))

    def wall(self, event: Event) -> web.Response:
        """Give the page of a wall; what it shows comes by its stream."""
        code = event.join_code or ""
        join_url = f"{self._base_url}/j/{code}"
        fields = {
            "name": event.name,
            "wall": f"{self._path}/w/{event.wall_key}",
            "address": f"{urlsplit(self._base_url).netloc}{self._path}/join",
            "code": spell(code),
        }
        return self._fill(self._wall, fields, qr=qr_code(join_url))

    def join(self, *, problem: str = "", status: int = 200) -> web.Response:
        """Give the page that asks for a code."""
        fields = {
            "title": "Which wall?",
            "text": problem or "Type the code that stands on the wall, below the words Join in.",
            "kind": "join",
            "join": f"{self._path}/join",
        }
        return self._fill(self._note, fields, status=status)

    def nothing_here(self) -> web.Response:
        return self._say("Nothing here", _NOTHING, status=404)

    def failure(self, status: int) -> web.Response:
        return self._say("One moment", _SORRY, status=status)

    def robots(self) -> web.Response:
        return web.Response(text=_ROBOTS)

    def wall_path(self, key: str) -> str:
        return f"{self._path}/w/{key}"

    def join_path(self) -> str:
        return f"{self._path}/join"

    def _say(self, title: str, text: str, *, status: int) -> web.Response:
        fields = {"title": title, "text": text, "kind": "note", "join": f"{self._path}/join"}
        return self._fill(self._note, fields, status=status)

    def _fill(
        self, template: Template, fields: Mapping[str, str], *, status: int = 200, qr: str = ""
    ) -> web.Response:
        escaped = {name: html.escape(text) for name, text in fields.items()}
        text = template.substitute(escaped, static=self._static, qr=qr)
        return web.Response(text=text, status=status, content_type="text/html")


def qr_code(text: str) -> str:
    """Draw a QR code as an SVG element without styles, which the page's policy would refuse."""
    code = segno.make(text, error="m", micro=False)
    drawn: str = code.svg_inline(border=0, svgclass=None, lineclass="ink", omitsize=True)
    return drawn
