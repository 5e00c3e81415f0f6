"""One picture without Discord: what `faceswap-bot swap` does."""

from __future__ import annotations

import asyncio
import difflib
import secrets
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from bot.backend import open_hosted_backend, open_studio_backend
from bot.exits import CommandFailed
from bot.services.backends import Backend
from bot.services.photos import PhotoStore
from bot.settings import Settings
from faceswap.errors import OutcomeUnknown, StatusUnavailable
from faceswap.models import (
    Filter,
    FilterId,
    Gender,
    Quality,
    Ratio,
    RemoteJob,
    RemoteStatus,
    Submission,
    SwapRequest,
    parse_filter_id,
)

_PAUSE = 0.5  # seconds between two questions about the job
_TRIES = 3  # of a submission, where the API knows a repeated one
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the command line asks for."""

    photo: Path
    filter: str  # name, number or UUID
    gender: Gender
    out: Path
    ratio: Ratio
    quality: Quality


async def make_picture(settings: Settings, order: Order, *, say: Callable[[str], None]) -> None:
    """Make the picture and write it; CommandFailed or a FaceSwapError says why not."""
    photo = _read_photo(order.photo, limit=settings.max_photo_bytes)
    _check_target(order.out, photo=order.photo)
    with tempfile.TemporaryDirectory(prefix="faceswap-bot-") as name:
        folder = Path(name)
        photo = await _normalise(photo, settings, folder)
        async with _open(settings, folder) as backend:
            request = SwapRequest(
                photo=photo,
                gender=order.gender,
                filter_id=_choose(await backend.client.list_filters(), order.filter),
                ratio=order.ratio,
                quality=order.quality,
            )
            submission = await _submit(backend, request)
            say(f"sent to {backend.name} as {submission.remote_id}; waiting for the picture")
            job = await _wait(settings, backend, submission, into=folder)
        _keep(job, order.out)


def _open(settings: Settings, folder: Path) -> AbstractAsyncContextManager[Backend]:
    """Open the API; a studio gets a folder of its own, since the bot's may be in use."""
    if settings.uses_studio:
        return open_studio_backend(settings, data_dir=folder / "studio")
    return open_hosted_backend(settings)


def _read_photo(path: Path, *, limit: int) -> bytes:
    if path.is_dir():
        raise CommandFailed(f"{path} is a folder; name a photo")
    size = path.stat().st_size
    if size == 0:
        raise CommandFailed(f"{path} is empty")
    if size > limit:
        raise CommandFailed(f"{path} is larger than {limit // _MEBIBYTE} MB (MAX_PHOTO_MB)")
    return path.read_bytes()


async def _normalise(photo: bytes, settings: Settings, folder: Path) -> bytes:
    """Make it upright and strip its metadata, as for a member; PhotoRejected says what is wrong."""
    photos = PhotoStore(
        folder / "photos",
        max_bytes=settings.max_photo_bytes,
        max_pixels=settings.max_photo_pixels,
    )
    return await photos.read(await photos.add(photo))


def _check_target(path: Path, *, photo: Path) -> None:
    """Find out before money is spent whether the picture can be written."""
    if path.exists() and path.samefile(photo):
        raise CommandFailed(f"{path} is the photo itself; name another file for the picture")
    if path.is_dir():
        raise CommandFailed(f"{path} is a folder; name a file for the picture")
    if not path.parent.is_dir():
        raise CommandFailed(f"the folder {path.parent} does not exist; make it first")
    with tempfile.NamedTemporaryFile(dir=path.parent):
        pass


def _choose(filters: Sequence[Filter], wanted: str) -> FilterId:
    """Find the filter by its name, a part that one name has, or number; a UUID is taken as is."""
    text = wanted.strip().casefold()
    for each in filters:
        if text in {each.name.casefold(), str(each.id)}:
            return each.id
    try:
        filter_id = parse_filter_id(text)
    except ValueError:
        filter_id = None
    if filter_id is None:
        parts = [each for each in filters if text in each.name.casefold()]
        if len(parts) == 1:
            return parts[0].id
    if filter_id is None or isinstance(filter_id, int):
        raise CommandFailed(f"there is no filter {wanted!r}; {_hint(filters, text)}")
    return filter_id


def _hint(filters: Sequence[Filter], text: str) -> str:
    names = {each.name.casefold(): each.name for each in filters}
    near = difflib.get_close_matches(text, names, n=3, cutoff=0.5)
    shown = [names[each] for each in near] or sorted(names.values())[:10]
    return f"there is: {', '.join(shown)}" if shown else "the API lists none at all"


async def _submit(backend: Backend, request: SwapRequest) -> Submission:
    """Send the photo; again only where the API knows that it is the same job."""
    key = secrets.token_hex(16)
    for _ in range(_TRIES - 1 if backend.idempotent else 0):
        try:
            return await _send(backend, request, key=key)
        except OutcomeUnknown:
            await asyncio.sleep(_PAUSE)
    return await _send(backend, request, key=key)


async def _send(backend: Backend, request: SwapRequest, *, key: str) -> Submission:
    return await backend.client.submit(
        request,
        version=backend.swap_version,
        idempotency_key=key if backend.idempotent else None,
    )


async def _wait(
    settings: Settings, backend: Backend, submission: Submission, *, into: Path
) -> RemoteJob:
    """Ask until the job has ended, or its deadline has passed."""
    try:
        async with asyncio.timeout(settings.job_deadline.total_seconds()):
            while True:
                job = await _ask(backend, submission, into=into)
                if job is not None and job.status is not None and job.status.is_final:
                    return job
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        minutes = settings.job_deadline.total_seconds() / 60
        raise CommandFailed(
            f"no picture after {minutes:g} minutes (JOB_DEADLINE_MINUTES); "
            f"the API knows the job as {submission.remote_id}"
        ) from None


async def _ask(backend: Backend, submission: Submission, *, into: Path) -> RemoteJob | None:
    try:
        return await backend.client.get_status(
            submission.remote_id, version=backend.swap_version, into=into
        )
    except StatusUnavailable:
        return None


def _keep(job: RemoteJob, out: Path) -> None:
    if job.status is not RemoteStatus.COMPLETED:
        raise CommandFailed(f"the API could not make the picture: {job.raw_status}")
    unfinished = out.with_name(f"{out.name}.part")
    shutil.copyfile(job.pictures[0], unfinished)
    unfinished.replace(out)
