"""The channel to a process: Node's own, which is one JSON text a line, both ways."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Final, cast

from pydantic import ValidationError

from understudy.errors import Invalid, ScriptError
from understudy_process.messages import Message, read_message

MAX_LINE_BYTES: Final = 64 * 2**20
"""16 million characters, as the driver counts them, take at most four bytes each."""
MAX_UNSENT_BYTES: Final = 64 * 2**20
MESSAGES_A_SECOND: Final = 20_000
"""More than this are read no faster: whoever floods the host slows only itself down."""
_ENCODER: Final = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


class Channel(asyncio.Protocol):
    """Sends and receives. `lost` is told once that it has ended, with the reason if it is ours."""

    def __init__(
        self, receive: Callable[[Message, int], None], lost: Callable[[ScriptError | None], None]
    ) -> None:
        self._receive = receive
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._pieces: list[bytes] = []
        self._held = 0
        self._second = 0.0
        self._count = 0
        self._fault: ScriptError | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ours."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process is gone, or has closed its end."""
        self._transport = None
        self._lost(self._fault)

    def post(self, message: dict[str, Any]) -> None:
        """Send a message. Raises `Invalid` if it is not JSON; it is lost if the process is gone."""
        try:
            line = _ENCODER.encode(message).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as error:
            raise Invalid(f"What process.js is given must be JSON: {error}") from None
        if self._transport is None:
            return
        if self._transport.get_write_buffer_size() + len(line) > MAX_UNSENT_BYTES:
            raise ScriptError("process.js does not read what it is sent", kind="memory")
        self._transport.write(line)

    def close(self) -> None:
        """Close our end."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """A piece of a line, or many lines."""
        self._pieces.append(data)
        self._held += len(data)
        if b"\n" in data:
            *lines, rest = b"".join(self._pieces).split(b"\n")
            self._pieces, self._held = [rest], len(rest)
            self._read(lines)
        if self._held > MAX_LINE_BYTES:
            self._break(f"it sent more than {MAX_LINE_BYTES / 2**20:g} MB at once")

    def _read(self, lines: list[bytes]) -> None:
        for line in lines:
            if self._fault is not None:
                return
            try:
                message = read_message(line)
            except (ValidationError, RecursionError):
                self._break("it wrote on its channel what is no message")
                return
            self._receive(message, len(line))
        self._slow_down(len(lines))

    def _slow_down(self, count: int) -> None:
        now = time.monotonic()
        if now - self._second > 1:
            self._second, self._count = now, 0
        self._count += count
        if self._count > MESSAGES_A_SECOND and self._transport is not None:
            self._transport.pause_reading()
            left = self._second + 1 - now
            asyncio.get_running_loop().call_later(left, self._go_on, self._transport)

    def _go_on(self, transport: asyncio.Transport) -> None:
        if transport is self._transport:
            transport.resume_reading()

    def _break(self, why: str) -> None:
        self._fault = ScriptError(f"process.js was ended: {why}")
        self.close()
