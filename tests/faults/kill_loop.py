"""A program: kills writers of one store at random moments, and counts what they had acknowledged.

    python -m tests.faults.kill_loop ROOT SECONDS

Writers are forked with everything imported, two at a time: a life costs a few milliseconds. Prints
`{"kills", "acknowledged", "lost", "unreadable"}`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from understudy_files import FileStore

THREAD = ("threads", "shared")
LOG = (*THREAD, "messages")
AT_ONCE = 2


@dataclass(frozen=True)
class Writer:
    """Writes all kinds of things for ever, and says each when it was acknowledged."""

    store: FileStore
    life: str
    pipe: int

    def say(self, *words: object) -> None:
        """One line into the pipe."""
        os.write(self.pipe, (json.dumps(words) + "\n").encode())

    async def write(self) -> None:
        """All at the same time."""
        await asyncio.gather(self.messages(), self.documents(), self.runs(), self.blobs())

    async def messages(self) -> None:
        """Into a log that all writers share."""
        for number in count():
            await self.store.append(LOG, [{"id": f"{self.life}-{number}", "text": "x" * 2000}])
            self.say("message", f"{self.life}-{number}")

    async def documents(self) -> None:
        """One document, again and again."""
        for number in count():
            await self.store.put(("threads", self.life), {"n": number, "text": "y" * 3000})
            self.say("document", number)

    async def runs(self) -> None:
        """Documents with a log each, every fourth of which is deleted."""
        for number in count():
            run = ("threads", self.life, "runs", f"r{number}")
            await self.store.put(run, {"n": number}, expect=None)
            self.say("run", number)
            await self.store.append((*run, "journal"), [{"n": n} for n in range(3)])
            self.say("journal", number)
            if number % 4 == 0:
                await self.store.delete(run)
                self.say("deleted", number)

    async def blobs(self) -> None:
        """One blob, again and again."""
        while True:
            await self.store.write_blob(("threads", self.life, "blob"), self._pieces())
            self.say("blob")

    async def _pieces(self) -> AsyncIterator[bytes]:
        for _ in range(3):
            yield self.life.encode() * 20_000


def born(root: Path, life: str) -> tuple[int, int]:
    """Fork a writer; its process, and the pipe that it speaks into."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            asyncio.run(Writer(FileStore(root), life, writing).write())
        finally:
            os._exit(1)
    os.close(writing)
    return process, reading


def died(process: int, pipe: int) -> list[list[object]]:
    """Kill a writer; what it had acknowledged."""
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with os.fdopen(pipe, "rb") as file:
        said = file.read()
    assert os.WIFSIGNALED(status), said
    return [json.loads(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


async def lost(root: Path, life: str, said: list[list[object]]) -> int:
    """How much of what a writer acknowledged is not there."""
    store = FileStore(root)
    known: dict[str, list[object]] = {}
    for word, *rest in said:
        known.setdefault(str(word), []).extend(rest)
    missing = [await store.get_record(LOG, str(name)) is None for name in known.get("message", [])]
    if "document" in known:
        document = await store.get(("threads", life))
        missing.append(document is None or document.value["n"] < known["document"][-1])
    missing += [await _is_lost(store, life, int(str(n)), known) for n in known.get("run", [])]
    blob = root / "threads" / life / "blob"
    missing.append("blob" in known and blob.read_bytes() != life.encode() * 60_000)
    await store.close()
    return sum(missing)


async def _is_lost(
    store: FileStore, life: str, number: int, known: dict[str, list[object]]
) -> bool:
    run = ("threads", life, "runs", f"r{number}")
    is_there = await store.get(run) is not None
    if number % 4 == 0:  # it may be gone before that was acknowledged
        return is_there and number in known.get("deleted", [])
    journal = await store.read((*run, "journal"))
    return not is_there or (number in known.get("journal", []) and len(journal) != 3)


async def unreadable(root: Path) -> int:
    """How much of the store cannot be read: damage that nobody has mended."""
    store = FileStore(root)
    found = await store.check()
    await store.close()
    return sum(not damage.is_mended for damage in found.damage)


def main(root: Path, seconds: float) -> dict[str, int]:
    """Kill until the time is over."""
    chance, end = random.Random(5), time.monotonic() + seconds
    counted = dict.fromkeys(("kills", "acknowledged", "lost", "unreadable"), 0)
    while time.monotonic() < end:
        lives = [f"life{counted['kills'] + n}" for n in range(AT_ONCE)]
        writers = {life: born(root, life) for life in lives}
        time.sleep(chance.random() * 0.06)
        for life, writer in writers.items():
            said = died(*writer)
            counted["kills"] += 1
            counted["acknowledged"] += len(said)
            counted["lost"] += asyncio.run(lost(root, life, said))
    counted["unreadable"] = asyncio.run(unreadable(root))
    return counted


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), float(sys.argv[2]))) + "\n")
