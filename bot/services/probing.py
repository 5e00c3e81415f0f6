"""Finding out at no cost whether a back end that was down is there again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.services.backends import Backend, Backends
from bot.services.catalogue import Catalogue
from bot.services.gate import Gates, Pause
from faceswap.errors import CatalogueUnavailable, FaceSwapError, KeyRefused

LOOK_SECONDS = 0.5  # between two looks whether a probe is due; looking costs nothing
KEY_PAUSE = 60.0

_log = logging.getLogger(__name__)


class Prober:
    """Asks a back end whose gate is closed for its filters; an answer lets one job try."""

    def __init__(self, *, backends: Backends, gates: Gates, catalogue: Catalogue) -> None:
        self._backends = backends
        self._gates = gates
        self._catalogue = catalogue

    async def run(self, *, passed: Callable[[], None]) -> None:
        """Probe what is due, for ever, and call `passed` when one was answered."""
        while True:
            due = [each for each in self._backends if self._gates.of(each.name).wants_probe]
            try:
                if any(await asyncio.gather(*(self.probe(backend) for backend in due))):
                    passed()
            except Exception:  # noqa: BLE001 - without probes nothing would open a gate
                _log.exception("A probe failed; it is tried again.")
            await asyncio.sleep(LOOK_SECONDS)

    async def probe(self, backend: Backend) -> bool:
        """Try one back end once; tell whether it is there again."""
        gate = self._gates.of(backend.name)
        try:
            await backend.client.list_filters()
        except KeyRefused:
            gate.close(Pause.KEY_REFUSED, seconds=KEY_PAUSE)
        except CatalogueUnavailable as error:
            gate.fail_probe(seconds=error.retry_after)
        except FaceSwapError as error:
            _log.debug("%s was probed in vain: %s", backend.name, error)
            gate.fail_probe()
        else:
            gate.pass_probe()
            if not self._catalogue.filters:  # it could not be loaded while the API was away
                self._catalogue.mark_stale()
            return True
        return False
