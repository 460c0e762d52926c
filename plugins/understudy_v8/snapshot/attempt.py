"""What is tried in a process that is thrown away: making a snapshot, and living with it."""

from __future__ import annotations

import os
import sys
from ctypes import CDLL
from pathlib import Path
from threading import Event

from understudy_v8.jail.library import Context, load
from understudy_v8.snapshot.blob import install, make

_SECONDS = 20.0
_HEAPS = 3


class _Heap:
    def __init__(self, library: CDLL) -> None:
        self._there = Event()
        self._answer = b""
        self._context = Context(library, self._receive)

    def evaluate(self, text: bytes) -> bytes:
        self._there.clear()
        self._context.evaluate(text, 1)
        return self._answer if self._there.wait(_SECONDS) else b"no answer"

    def expose(self) -> None:
        self._context.expose()

    def _receive(self, ticket: int, has_value: bool, body: bytes) -> None:
        self._answer = body
        self._there.set()


def _prove(library: CDLL, blob: bytes, text: bytes) -> bytes:
    """What the heaps say to a text, if they all say the same."""
    install(library, blob)
    heaps = [_Heap(library) for _ in range(_HEAPS)]
    for heap in heaps:
        heap.expose()
    answers = {heap.evaluate(text) for heap in heaps}
    return b" / ".join(sorted(answers))


def main() -> None:
    """Arguments: `make` or `prove`, mini-racer's folder, V8's flags, the snapshot's file.

    A text comes by stdin: the script of the snapshot, or what to evaluate.
    """
    action, folder, flags, path = sys.argv[1:]
    library, text = load(folder, flags), sys.stdin.buffer.read()
    if action == "make":
        Path(path).write_bytes(make(library, text))
    else:
        sys.stdout.buffer.write(_prove(library, Path(path).read_bytes(), text))
    sys.stdout.flush()
    os._exit(0)  # whatever V8's threads do
