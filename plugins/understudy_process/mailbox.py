"""Messages of process.js on their way to runs: `process.send()` here, `messages()` there."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from understudy.errors import ScriptError, UnderstudyError

MAX_WAITING: Final = 1000
MAX_WAITING_BYTES: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class _Letter:
    run_id: str | None
    value: Any
    size: int


@dataclass(slots=True)
class _Pile:
    """Letters that nobody has read yet."""

    letters: deque[_Letter] = field(default_factory=deque)
    size: int = 0

    @property
    def is_too_high(self) -> bool:
        return len(self.letters) > MAX_WAITING or self.size > MAX_WAITING_BYTES

    def put(self, letter: _Letter) -> None:
        self.letters.append(letter)
        self.size += letter.size

    def take(self) -> _Letter:
        letter = self.letters.popleft()
        self.size -= letter.size
        return letter


@dataclass(slots=True, eq=False)
class _Reader:
    run_id: str
    pile: _Pile = field(default_factory=_Pile)
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    error: UnderstudyError | None = None

    def wants(self, letter: _Letter) -> bool:
        return letter.run_id in (None, self.run_id)

    def fail(self, error: UnderstudyError) -> None:
        self.error = self.error or error
        self.awake.set()

    def put(self, letter: _Letter) -> None:
        self.pile.put(letter)
        self.awake.set()
        if self.pile.is_too_high:
            self.fail(ScriptError("too many messages of process.js wait to be read"))


class Mailbox:
    """Hands messages out. One for a run that does not read yet waits for it; old ones give way."""

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._kept = _Pile()
        self._error: UnderstudyError | None = None

    def deliver(self, run_id: str | None, value: Any, size: int) -> None:
        """Take a message. `run_id` None: it was sent to nobody in particular."""
        letter = _Letter(run_id, value, size)
        readers = [reader for reader in self._readers if reader.wants(letter)]
        for reader in readers:
            reader.put(letter)
        if not readers:
            self._kept.put(letter)
            while self._kept.is_too_high:
                self._kept.take()

    def close(self, error: UnderstudyError) -> None:
        """There will be no more. Who reads is told, behind what is there."""
        self._error = error
        for reader in self._readers:
            reader.fail(error)

    async def read(self, run_id: str) -> AsyncIterator[Any]:
        """The messages of a run, as they come. Raises at the end of the process."""
        reader = self._opened(run_id)
        self._readers.add(reader)
        try:
            while True:
                while reader.pile.letters:
                    yield reader.pile.take().value
                if reader.error is not None:
                    raise reader.error
                reader.awake.clear()
                await reader.awake.wait()
        finally:
            self._readers.discard(reader)

    def _opened(self, run_id: str) -> _Reader:
        reader = _Reader(run_id, error=self._error)
        kept, self._kept = self._kept, _Pile()
        for letter in kept.letters:
            (reader if reader.wants(letter) else self._kept).put(letter)
        return reader
