"""From the answer of a status call to picture files: the work that is done in a thread."""

from __future__ import annotations

import logging
import mmap
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import IO

from faceswap.answers import Unreadable, shortened, status_of
from faceswap.encoding import decode
from faceswap.errors import NoPicture, StatusUnavailable
from faceswap.lifting import Document, Source, read_lifting
from faceswap.models import RemoteJob, RemoteStatus

PICTURES_AT_MOST = 4
_ESCAPES = 1.25  # line breaks every 76 characters and a sixfold + take about a tenth
_RAW_STATUS_CHARACTERS = 64
_NOTE_CHARACTERS = 200
_SIGNATURE_BYTES = 12

log = logging.getLogger(__name__)


class PictureFolder:
    """Where one status call puts its pictures; it can take all of them back."""

    def __init__(self, folder: Path, *, max_picture_bytes: int) -> None:
        self._folder = folder
        self._max_picture_bytes = max_picture_bytes
        self._written: list[Path] = []

    @property
    def max_body_bytes(self) -> int:
        return PICTURES_AT_MOST * self._max_encoded_bytes + 2**20

    @property
    def _max_encoded_bytes(self) -> int:
        return int(self._max_picture_bytes * 4 / 3 * _ESCAPES) + 1024

    def spool(self) -> IO[bytes]:
        """Open a nameless file for the answer: it is gone with its handle, even after a kill."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)

    def read_spool(self, remote_id: str, spool: IO[bytes]) -> RemoteJob:
        spool.flush()
        with closing(mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ)) as body:
            return self.read(remote_id, body)

    def read(self, remote_id: str, body: Source) -> RemoteJob:
        """Understand the answer and write its pictures; on any error none stays behind."""
        try:
            document = read_lifting(body)
            raw_status, value = _raw_status(document, remote_id)
        except ValueError as error:
            raise StatusUnavailable(f"unreadable answer: {error}") from error
        status = status_of(raw_status)
        pictures: tuple[Path, ...] = ()
        note = ""
        if status is RemoteStatus.COMPLETED:
            pictures = self._write_all(document, _images(value))
            note = _note(document, value)
        ended_badly = status is not None and status.is_final and not pictures
        return RemoteJob(
            remote_id=remote_id,
            status=status,
            raw_status=shortened(raw_status, _RAW_STATUS_CHARACTERS),
            pictures=pictures,
            note=note,
            detail=shortened(str(value)) if ended_badly else "",
        )

    def discard(self) -> None:
        """Remove everything this call has written; a file is known here before it has a byte."""
        for path in self._written:
            path.unlink(missing_ok=True)
        self._written.clear()

    def _write_all(self, document: Document, images: list[object]) -> tuple[Path, ...]:
        """Keep each good picture: one that is broken must not cost the others, which are paid."""
        pictures: list[Path] = []
        problems: list[str] = []
        for image in images[:PICTURES_AT_MOST]:
            try:
                pictures.append(self._write(document, image))
            except ValueError as error:
                problems.append(str(error))
        if not pictures:
            raise NoPicture("; ".join(problems) or "COMPLETED without images")
        if problems or len(images) > PICTURES_AT_MOST:
            log.warning("kept %d of %d pictures: %s", len(pictures), len(images), problems)
        return tuple(pictures)

    def _write(self, document: Document, image: object) -> Path:
        if not isinstance(image, str) or not image:
            raise Unreadable("an image that is empty or no text")
        if document.length(image) > self._max_encoded_bytes:
            raise Unreadable(f"a picture above {self._max_picture_bytes} bytes")
        partial, file = self._partial()
        try:
            with file:
                self._copy(decode(document.pieces(image)), file)
            picture = partial.with_suffix(_suffix_for(partial))
        except ValueError:
            partial.unlink()
            raise
        self._written.append(picture)
        return partial.rename(picture)

    def _partial(self) -> tuple[Path, IO[bytes]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix="picture-", suffix=".part")
        self._written.append(Path(name))
        return Path(name), open(handle, "wb")  # noqa: PTH123 - a handle, and its caller closes it

    def _copy(self, pieces: Iterable[bytes], file: IO[bytes]) -> None:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > self._max_picture_bytes:
                raise Unreadable(f"a picture above {self._max_picture_bytes} bytes")
            file.write(piece)


def _raw_status(document: Document, remote_id: str) -> tuple[str, dict[str, object]]:
    answer = document.value
    if not isinstance(answer, dict):
        raise Unreadable("not an object")
    if str(answer.get("id") or remote_id).strip() != remote_id:  # its picture is of somebody else
        raise Unreadable("about another job")
    status = answer.get("status")
    if not isinstance(status, str) or not status.strip() or status in document.places:
        raise Unreadable("no status")
    return status.strip(), answer


def _images(answer: dict[str, object]) -> list[object]:
    output = answer.get("output")
    images = output.get("images") if isinstance(output, dict) else None
    return images if isinstance(images, list) else []


def _note(document: Document, answer: dict[str, object]) -> str:
    """Find what the studio understood; the hosted service says nothing of the kind."""
    note = answer.get("understood")
    if not isinstance(note, str) or note in document.places:  # so long that it is no sentence
        return ""
    return shortened(note, _NOTE_CHARACTERS)


def _suffix_for(path: Path) -> str:
    with path.open("rb") as file:
        return suffix_of(file.read(_SIGNATURE_BYTES))


def suffix_of(data: bytes) -> str:
    """Tell the format by its signature; whether the rest is sound is checked by the receiver."""
    head = data[:_SIGNATURE_BYTES]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        return ".webp"
    raise Unreadable("neither PNG, JPEG nor WebP")
