"""The process that parses: started once, it forks a child for each file.

A program of its own (`python -I parser.py`), since files are hostile. It never looks into a file
itself; it loads the parsers, and its children have them in a millisecond. A child has limits of
time, memory and output, no secrets in its environment, may not write files, and sees one file.

Standard input is a socket: `{"fork": Task}` with a second socket, which the child reads the file
from and answers to; `{"end": pid}`, answered with the signal that ended the child, or 0. It lives
until the socket is closed, or nobody has asked for a while.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from importlib import import_module
from typing import Any, Final

CPU_SECONDS: Final = 20
CPU_SECONDS_PER_MEGABYTE: Final = 1
"""More than slow machines need. A small file that takes long was made to."""
CPU_SECONDS_OF_OTHERS: Final = 60
MEMORY_BYTES: Final = 2**30
MEMORY_BYTES_OF_OTHERS: Final = 4 * 2**30
"""Of plugins and kreuzberg, whose libraries alone reserve more than a gigabyte."""
IDLE_SECONDS: Final = 60
_PREFIX: Final = "understudy_rag.parsing.formats."


def main() -> None:
    """Fork and end children until nobody asks any more."""
    sys.path += [place for place in json.loads(sys.argv[1]) if place not in sys.path]
    _load("plugin")
    import_module("understudy_rag.parsing.wire")
    control = socket.socket(fileno=os.dup(0))
    children: set[int] = set()
    try:
        while children or select.select([control], [], [], IDLE_SECONDS)[0]:
            asked = _asked(control)
            if asked is None:
                return
            control.sendall(_answered(*asked, control, children).to_bytes(8))
    finally:
        for child in children:
            _end(child)


def _asked(control: socket.socket) -> tuple[dict[str, Any], int] | None:
    message, places, _, _ = socket.recv_fds(control, 65_536, 1)
    while message and not message.endswith(b"\n"):
        more = control.recv(65_536)
        message = message + more if more else b""
    return (json.loads(message), places[0] if places else -1) if message else None


def _answered(asked: dict[str, Any], place: int, control: socket.socket, children: set[int]) -> int:
    if "end" in asked:
        children.discard(asked["end"])
        return _end(asked["end"])
    _load(asked["format"])
    child = os.fork()
    if child == 0:
        control.close()
        _work(asked, socket.socket(fileno=place))
    os.close(place)
    children.add(child)
    return child


def _load(name: str) -> None:
    """Import a parser of ours, before it is needed by a child; if it cannot be, the child tells."""
    if _PREFIX + name in sys.modules:
        return
    with contextlib.suppress(ImportError):
        import_module(_PREFIX + name)
        if name == "pdf":
            import_module("pypdfium2")
    gc.freeze()  # else a collection in a child copies every page that an object is on


def _end(child: int) -> int:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _work(task: dict[str, Any], place: socket.socket) -> None:
    """What a child does. It never returns."""
    try:
        _limit(task)
        data = _received(place, task["size"])
        place.sendall(_answer(task, data))
    finally:
        os._exit(0)


def _limit(task: dict[str, Any]) -> None:
    for name, value in limits(task).items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (value, value))


def limits(task: dict[str, Any]) -> dict[int, int]:
    """What a child may use, by the numbers that the operating system has for it."""
    is_ours = task["target"] is None and task["format"] != "foreign"
    by_size = CPU_SECONDS + CPU_SECONDS_PER_MEGABYTE * task["size"] // 2**20
    return {
        resource.RLIMIT_CPU: by_size if is_ours else CPU_SECONDS_OF_OTHERS,
        resource.RLIMIT_AS: MEMORY_BYTES if is_ours else MEMORY_BYTES_OF_OTHERS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }


def _received(place: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view, at = memoryview(data), 0
    while at < size:
        count = place.recv_into(view[at:])
        if not count:
            os._exit(0)  # nobody waits any more
        at += count
    return bytes(data)


def _answer(task: dict[str, Any], data: bytes) -> bytes:
    from understudy_rag.parsing.documents import Unreadable
    from understudy_rag.parsing.wire import pack, pack_refusal

    try:
        return pack(_read(task, data))
    except Unreadable as error:
        return pack_refusal(str(error), error.code)
    except MemoryError:
        return pack_refusal("It needs too much memory to be read.", "invalid_file")
    except Exception as error:  # whatever a damaged file does to a parser
        return pack_refusal(f"It is damaged ({type(error).__name__}).", "invalid_file")


def _read(task: dict[str, Any], data: bytes) -> Any:
    if task["target"] is not None:
        from understudy_rag.parsing.formats.plugin import read_by

        return read_by(task["target"], data, task["name"])
    return import_module(_PREFIX + task["format"]).read(data, task["name"])


if __name__ == "__main__":
    main()
