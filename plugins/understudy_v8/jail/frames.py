"""The frames between the host and a worker: a length, a kind, and so many bytes.

Each text that the host sends is answered by one frame, in order.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct("<Ic")

EVALUATE = b"e"
"""Host to worker: evaluate a text, and answer."""
HOLD = b"h"
"""The same, but keep the answer back for the next."""
LIMITS = b"l"
"""`LIMITS_BODY`. It has no answer."""
LIMITS_BODY = struct.Struct("<Qd")
"""Bytes of memory, seconds of a turn."""

VALUE = b"v"
"""Worker to host: the string that a text has evaluated to."""
THROWN = b"x"
"""What the engine said against a text."""
EXHAUSTED = b"m"
"""The heap has passed its limit."""

ANSWER_LIMIT = 32 * 2**20
"""Bytes that one answer may have: the kernel stops at 16 million characters, and one message."""


def frame(kind: bytes, body: bytes) -> bytes:
    """A frame."""
    return HEADER.pack(len(body), kind) + body
