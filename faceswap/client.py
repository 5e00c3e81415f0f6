"""The typed asynchronous client: five calls, each ending in a value or an error of ours."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp

from faceswap import routes
from faceswap.answers import read_error, read_submission
from faceswap.catalogue import read_filters
from faceswap.connections import Connections
from faceswap.encoding import StreamedBody
from faceswap.errors import (
    CatalogueUnavailable,
    NoPicture,
    NotSent,
    OutcomeUnknown,
    PreviewUnavailable,
    StatusUnavailable,
)
from faceswap.failures import Failure, catalogue_error, is_success, status_error, submit_error
from faceswap.models import (
    APIVersion,
    Filter,
    Preview,
    PromptRequest,
    RemoteJob,
    RemoteStatus,
    Submission,
    SwapRequest,
)
from faceswap.pictures import PictureFolder, suffix_of
from faceswap.places import Place, Places
from faceswap.reading import PIECE_BYTES, read_bounded, read_error_text, retry_after
from faceswap.threads import run_to_the_end
from faceswap.timeouts import Timeouts

_SMALL = 2**16  # bytes; no picture is that small, so such an answer waits for no turn
_CATALOGUE_BYTES = 4 * 2**20
_PREVIEW_BYTES = 2**20
_UNKNOWN_STATUSES = 100

# All that a call can fail with below us; a time-out is an OSError.
_NO_ANSWER = (aiohttp.ClientError, OSError, ValueError, RuntimeError)

log = logging.getLogger(__name__)


class FaceSwapClient:
    """Speaks every generation of the API. Use it as an async context manager, or close it."""

    def __init__(
        self,
        *,
        url: str,
        key: str,
        key_header: str = "X-API-Key",
        key_prefix: str = "",
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        max_picture_bytes: int = 40 * 2**20,
        bodies_at_once: int = 4,
        max_open_status_calls: int = 320,  # each may hold 256 KB that nobody has read yet
    ) -> None:
        self._connections = Connections(
            url, key=key, key_header=key_header, key_prefix=key_prefix, connect=timeouts.connect
        )
        self._timeouts = timeouts
        self._max_picture_bytes = max_picture_bytes
        self._turns = asyncio.Semaphore(bodies_at_once)
        self._places = Places(
            max_open_status_calls, longest=timeouts.status, shared=timeouts.shared
        )
        self._unknown_statuses: set[str] = set()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._connections!r}>"

    async def __aenter__(self) -> Self:
        await self._connections.open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give up the connections; a call under way fails as if its connection had broken."""
        await self._connections.close()

    async def list_filters(self) -> tuple[Filter, ...]:
        """Read the catalogue; KeyRefused, or CatalogueUnavailable for anything else."""
        sessions = await self._connections.open()
        address = self._connections.address(routes.CATALOGUE)
        try:
            async with (
                asyncio.timeout(self._timeouts.catalogue),
                sessions.other.get(
                    address, headers=self._connections.key_headers, allow_redirects=False
                ) as response,
            ):
                if not is_success(response.status):
                    raise catalogue_error(await self._failure(response))
                body = await read_bounded(response, limit=_CATALOGUE_BYTES)
            return await asyncio.to_thread(read_filters, body, url=address)
        except _NO_ANSWER as error:
            raise CatalogueUnavailable(self._connections.describe(error)) from None

    async def get_preview(self, address: str) -> Preview:
        """Fetch the picture that a filter's `preview_url` names; PreviewUnavailable if none comes.

        A redirect is not followed: the catalogue names the place, nobody else.
        """
        headers = {**self._connections.key_headers_for(address), "Accept": "image/*"}
        sessions = await self._connections.open()
        try:
            async with (
                asyncio.timeout(self._timeouts.preview),
                sessions.other.get(address, headers=headers, allow_redirects=False) as response,
            ):
                if not is_success(response.status):
                    raise PreviewUnavailable(f"HTTP {response.status}")
                data = await read_bounded(response, limit=_PREVIEW_BYTES)
            return Preview(suffix=suffix_of(data), data=data)
        except _NO_ANSWER as error:
            raise PreviewUnavailable(self._connections.describe(error)) from None

    async def submit(
        self,
        request: SwapRequest | PromptRequest,
        *,
        version: APIVersion,
        idempotency_key: str | None = None,
    ) -> Submission:
        """Ask for one picture, which costs credits; whatever happens, the request is sent once.

        Every error but OutcomeUnknown says that nothing was charged. A prompt needs no version.
        """
        address = self._connections.address(routes.submit_path(request, version=version))
        fields = routes.submit_fields(request, version=version)
        photo = request.photo if isinstance(request, SwapRequest) else None
        body = StreamedBody(fields, photo=photo)
        headers = {
            **self._connections.key_headers,
            "Content-Type": "application/json",
            "Content-Length": str(body.length),
        }
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        sessions = await self._connections.open()
        try:
            async with (
                asyncio.timeout(self._timeouts.submit),
                sessions.other.post(
                    address, data=body.pieces(), headers=headers, allow_redirects=False
                ) as response,
            ):
                if is_success(response.status):
                    return read_submission(await read_bounded(response, limit=_SMALL))
                failure = await self._failure(response)
        except _NO_ANSWER as error:
            # The body is first asked for once a connection stands: until then nothing has left.
            kind = OutcomeUnknown if body.started else NotSent
            raise kind(self._connections.describe(error)) from None
        raise submit_error(failure)

    async def get_status(
        self, remote_id: str, *, version: APIVersion, into: Path, within: float | None = None
    ) -> RemoteJob:
        """Ask once, and write the pictures of a COMPLETED job as files into the folder `into`.

        StatusUnavailable means: ask again. IN_QUEUE is also said where a call that blocked had to
        give way to others that wait. `within`: seconds until the answer must have begun, from when
        the call may be made. After any error or cancellation no file stays behind.
        """
        address = self._connections.address(routes.status_path(remote_id, version=version))
        sessions = await self._connections.open()
        folder = PictureFolder(into, max_picture_bytes=self._max_picture_bytes)
        place: Place | None = None
        try:
            async with (
                self._places.taken(within=within) as place,
                sessions.status.post(
                    address, headers=self._connections.key_headers, allow_redirects=False
                ) as response,
            ):
                place.keep()
                if not is_success(response.status):
                    raise status_error(await self._failure(response))  # noqa: TRY301
                async with self._turn(response):
                    place.timeout.reschedule(_seconds_from_now(self._timeouts.picture))
                    job = await _read_job(remote_id, response, folder)
        except _NO_ANSWER as error:
            folder.discard()
            if place is not None and place.given_up and isinstance(error, TimeoutError):
                return RemoteJob(remote_id=remote_id, status=RemoteStatus.IN_QUEUE, raw_status="")
            raise StatusUnavailable(self._connections.describe(error)) from None
        except BaseException:
            folder.discard()
            raise
        self._mention_unknown(job)
        return replace(job, detail=self._connections.without_key(job.detail))

    async def honours_idempotency_key(self) -> bool:
        """Tell our studio, where a submission may be repeated safely, from any other service."""
        sessions = await self._connections.open()
        address = self._connections.address(routes.HEALTH)
        try:
            async with (
                asyncio.timeout(self._timeouts.health),
                sessions.other.get(address, allow_redirects=False) as response,
            ):
                answer: object = json.loads(await read_bounded(response, limit=_SMALL))
        except (*_NO_ANSWER, RecursionError):
            return False
        return (
            is_success(response.status)
            and isinstance(answer, dict)
            and answer.get("service") == "faceswap-studio"
            and answer.get("idempotency_key") is True
        )

    async def _failure(self, response: aiohttp.ClientResponse) -> Failure:
        body = self._connections.without_key(await read_error_text(response))
        return Failure(
            status=response.status, body=read_error(body), retry_after=retry_after(response)
        )

    def _turn(self, response: aiohttp.ClientResponse) -> AbstractAsyncContextManager[None]:
        """Wait until few others read: before, only a small buffer of this answer is in memory."""
        length = response.content_length
        return nullcontext() if length is not None and length <= _SMALL else self._turns

    def _mention_unknown(self, job: RemoteJob) -> None:
        known = job.status is not None or job.raw_status in self._unknown_statuses
        if not known and len(self._unknown_statuses) < _UNKNOWN_STATUSES:
            self._unknown_statuses.add(job.raw_status)
            log.warning("the API knows a status we do not: %r, taken as unfinished", job.raw_status)


async def _read_job(
    remote_id: str, response: aiohttp.ClientResponse, folder: PictureFolder
) -> RemoteJob:
    """Read a small answer at once; let a large one pass through a file, never through memory."""
    pieces = response.content.iter_chunked(PIECE_BYTES)
    head = b""
    async for piece in pieces:
        head += piece
        if len(head) > _SMALL:
            break
    else:
        return await run_to_the_end(partial(folder.read, remote_id, head))
    with folder.spool() as spool:
        await run_to_the_end(partial(spool.write, head))
        size = len(head)
        async for piece in pieces:
            size += len(piece)
            if size > folder.max_body_bytes:
                raise NoPicture(f"an answer above {folder.max_body_bytes} bytes")
            await run_to_the_end(partial(spool.write, piece))
        return await run_to_the_end(partial(folder.read_spool, remote_id, spool))


def _seconds_from_now(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
