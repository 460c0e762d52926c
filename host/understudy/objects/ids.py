"""Ids: a prefix that tells the kind, then 24 characters that sort by the time they were made."""

from __future__ import annotations

import secrets
import threading
import time

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 24
_TIME_LENGTH = 10
_RANDOM_BITS = 83  # just under 62 ** 14

PREFIXES = {
    "assistant": "asst_",
    "thread": "thread_",
    "message": "msg_",
    "run": "run_",
    "step": "step_",
    "call": "call_",
    "file": "file-",
    "vector_store": "vs_",
    "batch": "vsfb_",
}

_lock = threading.Lock()
_last = 0


def new_id(kind: str) -> str:
    """A fresh id for one of `PREFIXES`. Later ids of one process sort behind earlier ones."""
    random = _encode(secrets.randbits(_RANDOM_BITS), _LENGTH - _TIME_LENGTH)
    return PREFIXES[kind] + _encode(_tick(), _TIME_LENGTH) + random


def _tick() -> int:
    global _last  # noqa: PLW0603 - the clock may stand still or go back; ids must not
    with _lock:
        _last = max(time.time_ns() // 1000, _last + 1)
        return _last


def _encode(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits = _ALPHABET[digit] + digits
    return digits
