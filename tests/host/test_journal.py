"""A run's journal: what must be on the disk is there, whoever writes it."""

from __future__ import annotations

import asyncio

from understudy.runs.journal import Journal
from understudy.runs.soon import Soon


class SlowStore:
    """Holds each append up until it is let go; knows which lines were to last."""

    def __init__(self):
        self.lasting = {}
        self.begun = asyncio.Queue()

    async def append(self, _log, records, *, durable):
        gate = asyncio.Event()
        self.begun.put_nowait(gate)
        await gate.wait()
        for record in records:
            self.lasting[record.get("id", record.get("event"))] = durable


def test_a_durable_line_that_another_write_takes_along_is_durable():
    async def main():
        store = SlowStore()
        journal = Journal(store, ("runs", "run_1"), lambda event: None, Soon())
        first = asyncio.create_task(journal.events(("first", {})))
        gate = await store.begun.get()
        second = asyncio.create_task(journal.events(("second", {})))
        charge = asyncio.create_task(journal.effect("e1", "tool", {}, durable=True))
        await asyncio.sleep(0)  # both have begun, and wait for the first
        gate.set()
        (await store.begun.get()).set()
        await asyncio.gather(first, second, charge)
        assert store.lasting["first"] is False
        return store.lasting["e1"]

    assert asyncio.run(main()) is True
