"""What the host and its zygote say to each other: messages of a fixed length."""

from __future__ import annotations

import struct

ORDER = struct.Struct("<c3xI")
"""Host to zygote: a kind, and the number that the host has given to a worker."""
FORK = b"f"
"""Make a worker; its end of a socket comes along."""
KILL = b"k"

REPORT = struct.Struct("<c3xIi")
"""Zygote to host: a kind, the worker's number, a code."""
READY = b"r"
"""V8 is initialised."""
DIED = b"d"
"""The code is the exit code, or a signal's number, negative."""
FAILED = b"f"
"""The worker could not be made; the code is the errno."""
