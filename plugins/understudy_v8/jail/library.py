"""mini-racer's library, called directly: text in, text out, and the answer on V8's own thread.

The Python part of mini-racer would bring asyncio along, and wake a second thread for each answer.
The names and types are those of `py_mini_racer._dll` 0.14.1, to which we are pinned.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_size_t,
    c_uint8,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from threading import Event
from typing import Any

from understudy_v8 import extras

_FILES = {"darwin": "libmini_racer.dylib", "win32": "mini_racer.dll"}
_TEXT = 5
_FIRST_EXCEPTION = 200

Answered = Callable[[int, bool, bytes], None]
"""Given the ticket of a text, whether it has a value, and the value or the message."""


class _Value(Structure):
    _pack_ = 1
    _fields_ = (("bytes", c_void_p), ("length", c_size_t), ("type", c_uint8))


_Handle = POINTER(_Value)
_Callback = CFUNCTYPE(None, c_uint64, _Handle)
_SIGNATURES: dict[str, tuple[list[Any], Any]] = {
    "mr_init_v8": ([c_char_p, c_char_p], None),
    "mr_init_context": ([_Callback], c_uint64),
    "mr_free_context": ([c_uint64], None),
    "mr_eval": ([c_uint64, _Handle, c_uint64], c_uint64),
    "mr_alloc_string_val": ([c_uint64, c_char_p, c_uint64, c_uint8], _Handle),
    "mr_free_value": ([c_uint64, _Handle], None),
    "mr_make_js_callback": ([c_uint64, c_uint64], _Handle),
    "mr_set_object_item": ([c_uint64, _Handle, _Handle, _Handle], _Handle),
    "mr_set_hard_memory_limit": ([c_uint64, c_size_t], None),
    "mr_hard_memory_limit_reached": ([c_uint64], c_bool),
}


def load(folder: str, flags: str) -> CDLL:
    """Load the library and initialise V8, once in a process. `folder` is mini-racer's package."""
    library = CDLL(str(Path(folder) / _FILES.get(sys.platform, "libmini_racer.so")))
    for name, (arguments, result) in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    library.mr_init_v8(flags.encode(), str(Path(folder) / "icudtl.dat").encode())
    return library


class Context:
    """One heap, on a thread of its own. `answered` is called there."""

    def __init__(self, library: CDLL, answered: Answered) -> None:
        self._library = library
        self._answered = answered
        self._callback = _Callback(self._receive)
        self._show = extras.shower(library)
        self._global: Any = None
        self._there = Event()
        self._id = library.mr_init_context(self._callback)

    def evaluate(self, text: bytes, ticket: int) -> None:
        """Start to evaluate; texts are taken in order, and answered with their ticket."""
        value = self._library.mr_alloc_string_val(self._id, text, len(text), _TEXT)
        self._library.mr_eval(self._id, value, ticket)
        self._library.mr_free_value(self._id, value)

    def expose(self) -> None:
        """Show V8's extras to the kernel that comes next; see `understudy_v8.extras`."""
        if self._show is None:
            return
        library = self._library
        self.evaluate(b"globalThis", extras.TICKET)
        self._there.wait()
        name = extras.PROBE.encode()
        handles = [
            self._global,
            library.mr_alloc_string_val(self._id, name, len(name), _TEXT),
            library.mr_make_js_callback(self._id, extras.TICKET + 1),
        ]
        handles.append(library.mr_set_object_item(self._id, *handles))
        for handle in handles:
            library.mr_free_value(self._id, handle)
        self._there.clear()
        self.evaluate(f"{extras.PROBE}(); ''".encode(), extras.TICKET + 2)
        self._there.wait()

    def limit(self, memory: int) -> None:
        """Stop what leaves more than so many bytes on the heap after a garbage collection."""
        self._library.mr_set_hard_memory_limit(self._id, memory)

    def exhausted(self) -> bool:
        """Whether that limit was reached."""
        return bool(self._library.mr_hard_memory_limit_reached(self._id))

    def _receive(self, ticket: int, handle: Any) -> None:
        if ticket >= extras.TICKET:
            return self._expose_on_thread(ticket - extras.TICKET, handle)
        value = handle.contents
        kind = value.type
        text = kind == _TEXT or kind >= _FIRST_EXCEPTION
        body = ctypes.string_at(value.bytes, value.length) if text else b"this is not a string"
        self._library.mr_free_value(self._id, handle)
        return self._answered(ticket, kind == _TEXT, body)

    def _expose_on_thread(self, step: int, handle: Any) -> None:
        """The global object is there; it has called back; it has ended."""
        if step == 0:
            self._global = handle
            return self._there.set()
        if step == 1 and self._show is not None:
            self._show()
        self._library.mr_free_value(self._id, handle)
        if step == 2:
            self._there.set()
        return None
