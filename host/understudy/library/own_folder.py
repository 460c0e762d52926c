"""An assistant's own folder, as its code may read and write it.

Every part of a path is opened by itself and no link is followed, so that nothing leads out. Code
may not write what makes the assistant what it is (its code, settings, instructions): it writes
into `data/`, `files/` and `memory/`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import errno
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from understudy.errors import Invalid, NotAllowed, NotFound, StoreError
from understudy.permissions.digests import is_data
from understudy.permissions.standing import Standing

JSON = dict[str, Any]
MAX_BYTES: Final = 16 * 2**20
_MAX_LISTED: Final = 1000
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER: Final = _READ | os.O_DIRECTORY
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITABLE: Final = 'Write into "data/", "files/" or "memory/", and no code.'
_THREADS: Final = "threads"
_MODEL: Final = "model.json"


class OwnFolder:
    """Answers the effects `files.read`, `files.write` and `files.list`."""

    def __init__(self, folder: Path | None, standing: Standing) -> None:
        self._folder = folder
        self._standing = standing

    async def read(self, payload: Mapping[str, Any]) -> str:
        """The content of the file at `path`: text, or base64 if `as` says so.

        Raises `NotAllowed`, `NotFound`, `Invalid`, `StoreError`.
        """
        self._standing.require_files("read")
        parts = _parts(payload.get("path"))
        if parts[0] == _THREADS or parts[-1] == _MODEL:
            raise NotAllowed("files: conversations, and model.json with its keys, are not read.")
        data = await asyncio.to_thread(self._read, parts)
        if payload.get("as", "text") == "base64":
            return base64.b64encode(data).decode()
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            hint = 'Read it as bytes: `read(path, "base64")`.'
            raise Invalid(f"files: `{'/'.join(parts)}` is not UTF-8 text.", hint=hint) from None

    async def write(self, payload: Mapping[str, Any]) -> int:
        """Replace the file at `path`, or make it, folders too; returns its size in bytes.

        `content` is text, or base64 if `as` says so. Raises as `read` does.
        """
        self._standing.require_files("write")
        parts = _parts(payload.get("path"))
        if not is_data("/".join(parts)) or any(part.startswith(".") for part in parts):
            raise NotAllowed(f"files: `{'/'.join(parts)}` cannot be written. {_WRITABLE}")
        if self._standing.state == "builtin":
            raise NotAllowed("files: a built-in assistant keeps nothing in its folder.")
        data = _content(payload)
        await asyncio.to_thread(self._write, parts, data)
        return len(data)

    async def entries(self, payload: Mapping[str, Any]) -> list[JSON]:
        """What is in the folder at `path`, by name: `{name, type, bytes}`, at most 1,000.

        `type` is `file` or `folder`; hidden files and links are left out. Raises as `read` does.
        """
        self._standing.require_files("read")
        parts = _parts(payload.get("path") or ".")
        if parts[:1] == [_THREADS]:
            raise NotAllowed("files: conversations are not listed.")
        return await asyncio.to_thread(self._list, parts)

    # -- on the disk, in a thread

    def _read(self, parts: list[str]) -> bytes:
        with (
            self._within(parts) as folder,
            _told(parts),
            os.fdopen(os.open(parts[-1], _READ, dir_fd=folder), "rb") as file,
        ):
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Invalid(f"files: `{'/'.join(parts)}` is not a file.")
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Invalid(f"files: `{'/'.join(parts)}` is larger than {MAX_BYTES >> 20} MB.")
        return data

    def _write(self, parts: list[str], data: bytes) -> None:
        with self._within(parts, make=True) as folder, _told(parts):
            temporary = f".{secrets.token_hex(8)}.tmp"
            try:
                with os.fdopen(os.open(temporary, _NEW, 0o666, dir_fd=folder), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise

    def _list(self, parts: list[str]) -> list[JSON]:
        with self._within([*parts, "."]) as folder, _told(parts):
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
            rows = (_described(entry) for entry in found if not entry.name.startswith("."))
            return [row for row in rows if row is not None][:_MAX_LISTED]

    @contextmanager
    def _within(self, parts: list[str], *, make: bool = False) -> Iterator[int]:
        """The folder that holds the last of `parts`, open."""
        if self._folder is None:
            raise NotFound("files: this assistant has no folder.")
        with _told(parts):
            fd = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                for part in parts[:-1]:
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(part, dir_fd=fd)
                    inner = os.open(part, _FOLDER, dir_fd=fd)
                    os.close(fd)
                    fd = inner
                yield fd
            finally:
                os.close(fd)


def _parts(path: Any) -> list[str]:
    """The parts of a relative path. Raises `Invalid` for what is none."""
    text = path if isinstance(path, str) else ""
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".")]
    bad = text.startswith("/") or ".." in parts or "\0" in text or not _is_encodable(text)
    if not text or bad or len(text) > 4096:
        hint = 'Such as "files/notes.txt": relative to the folder, without "..".'
        raise Invalid(f"files: {text[:100]!r} is not a path in the assistant's folder.", hint=hint)
    return parts or ["."]


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _content(payload: Mapping[str, Any]) -> bytes:
    content = payload.get("content")
    if not isinstance(content, str):
        raise Invalid("files: `content` must be text.", param="content")
    try:
        is_bytes = payload.get("as", "text") == "base64"
        data = base64.b64decode(content, validate=True) if is_bytes else content.encode()
    except (binascii.Error, ValueError) as error:
        raise Invalid(f"files: `content` cannot be stored: {error}.", param="content") from None
    if len(data) > MAX_BYTES:
        raise Invalid(f"files: `content` is larger than {MAX_BYTES >> 20} MB.", param="content")
    return data


def _described(entry: os.DirEntry[str]) -> JSON | None:
    if entry.is_dir(follow_symlinks=False):
        return {"name": entry.name, "type": "folder", "bytes": None}
    if not entry.is_file(follow_symlinks=False):
        return None
    size = entry.stat(follow_symlinks=False).st_size
    return {"name": entry.name, "type": "file", "bytes": size}


@contextmanager
def _told(parts: list[str]) -> Iterator[None]:
    """Errors of the system in words, without the path outside the folder."""
    try:
        yield
    except OSError as error:
        name = "/".join(parts)
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise NotFound(f"files: there is no `{name}`.") from None
        if error.errno == errno.EISDIR:
            raise Invalid(f"files: `{name}` is not a file.") from None
        if error.errno == errno.ELOOP:
            raise Invalid(f"files: `{name}` is a link; links are not followed.") from None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(
                f"files: the disk is full: `{name}` is not stored.", kind="full"
            ) from None
        raise StoreError(f"files: `{name}`: {(error.strerror or 'it failed').lower()}.") from None
