"""Server-sent events out of bytes."""

from __future__ import annotations

Event = tuple[bytes, bytes]
"""The event's name (empty if it has none) and its data."""


class EventParser:
    """Takes bytes however they were cut, and gives the events that are complete.

    Source: WHATWG HTML, "Server-sent events", without ids and reconnection times.
    """

    # Ours, since the packaged parsers that do no input or output of their own (assel, httpx-sse)
    # took two to three times as long per event, and one shares its UTF-8 decoder among streams.

    def __init__(self) -> None:
        self._tail: list[bytes] = []
        self._name = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[Event]:
        """The events that this piece completes."""
        self._tail.append(piece)
        if b"\n" not in piece:  # also keeps a line of many pieces from being joined many times
            return []
        lines = b"".join(self._tail).splitlines(keepends=True)
        # A last line that ends in a carriage return may have its line feed in the next piece.
        self._tail = [] if lines[-1].endswith(b"\n") else [lines.pop()]
        return self._events(lines)

    def close(self) -> list[Event]:
        """The last event, from a server that did not end it with an empty line."""
        lines, self._tail = b"".join(self._tail).splitlines(), []
        return self._events([*lines, b""])

    def _events(self, lines: list[bytes]) -> list[Event]:
        events = []
        for line in lines:
            text = line.rstrip(b"\r\n")
            if text.startswith(b"data:"):
                self._data.append(text[5:].removeprefix(b" "))
            elif text.startswith(b"event:"):
                self._name = text[6:].strip()
            elif not text:
                if self._data:
                    events.append((self._name, b"\n".join(self._data)))
                self._name, self._data = b"", []
        return events
