"""Making a snapshot and having V8 use it. Runs in processes of our own, too: standard library only.

There is one snapshot for a process: all heaps share what is read-only, and that differs between
two. V8's own function to set it ends the process in this build, so its place is overwritten.
"""

from __future__ import annotations

import ctypes
import hashlib
import mmap
from ctypes import CDLL, Structure, c_char_p, c_int, c_size_t, c_void_p
from pathlib import Path

# v8::internal::CreateSnapshotDataBlobInternal(FunctionCodeHandling, const char*, SerializerFlags)
_MAKE = (
    "_ZN2v88internal30CreateSnapshotDataBlobInternalENS_15SnapshotCreator20FunctionCodeHandlingE"
    "PKcNS_4base5FlagsINS0_8Snapshot14SerializerFlagEiiEE"
)
_DEFAULT = "_ZN2v88internal8Snapshot19DefaultSnapshotBlobEv"
_CLEAR = 0  # kClear: functions are compiled again when they are first called
_READ, _WRITE = 1, 2  # PROT_READ, PROT_WRITE
_DIGEST_BYTES = 32
_kept: list[ctypes.Array[ctypes.c_char]] = []


class _StartupData(Structure):
    # v8::StartupData of include/v8-snapshot.h
    _fields_ = (("data", c_void_p), ("size", c_int))


def write(path: Path, blob: bytes) -> None:
    """Write a snapshot to a file, with its digest."""
    path.write_bytes(hashlib.sha256(blob).digest() + blob)


def read(path: Path) -> bytes | None:
    """What a file holds; None if there is none, or one that is not whole."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    blob = content[_DIGEST_BYTES:]
    return blob if hashlib.sha256(blob).digest() == content[:_DIGEST_BYTES] else None


def make(library: CDLL, source: bytes) -> bytes:
    """Run a script in a new heap, and keep the heap. Raises `AttributeError` where it cannot be."""
    create = getattr(library, _MAKE)
    create.argtypes, create.restype = [c_int, c_char_p, c_int], _StartupData
    made = create(_CLEAR, source, 0)
    return ctypes.string_at(made.data, made.size)


def install(library: CDLL, blob: bytes) -> None:
    """Have all heaps of this process begin with a snapshot; V8 has none yet."""
    find = getattr(library, _DEFAULT)
    find.argtypes, find.restype = [], c_void_p
    place = find()
    _kept.append(ctypes.create_string_buffer(blob, len(blob)))  # V8 reads it for ever
    _protect(place, _READ | _WRITE)
    stored = _StartupData.from_address(place)
    stored.data, stored.size = ctypes.addressof(_kept[-1]), len(blob)
    _protect(place, _READ)


def install_from(library: CDLL, path: str) -> None:
    """Do so with a file that was found to be whole; without one, all goes on without."""
    blob = read(Path(path)) if path else None
    if blob:
        install(library, blob)


def _protect(place: int, mode: int) -> None:
    change = CDLL(None, use_errno=True).mprotect
    change.argtypes, change.restype = [c_void_p, c_size_t, c_int], c_int
    start = place & -mmap.PAGESIZE
    if change(start, place + ctypes.sizeof(_StartupData) - start, mode) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")
