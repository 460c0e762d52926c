"""Writes that can wait a moment: all come to pass, in order, whatever becomes of one of them."""

from __future__ import annotations

import asyncio

from understudy.runs.soon import Soon


def test_what_is_put_off_is_done_in_the_order_in_which_it_was_asked_for(caplog):
    async def main():
        soon, done, over = Soon(), [], asyncio.Event()

        async def note(number):
            done.append(number)
            if number == 1:
                raise OSError("the disk has gone")
            if number == 2:
                soon.call(lambda: note(3))
            if number == 3:
                over.set()

        for number in range(3):
            soon.call(lambda number=number: note(number))
        assert done == []
        await asyncio.wait_for(over.wait(), 20)
        return done

    assert asyncio.run(main()) == [0, 1, 2, 3]
    assert "the disk has gone" in caplog.text


def test_it_can_be_used_in_one_loop_after_the_other():
    soon = Soon()

    async def main(*, waits):
        over = asyncio.Event()

        async def write():
            over.set()

        soon.call(write)
        if waits:
            await asyncio.wait_for(over.wait(), 20)
        return over.is_set()

    assert not asyncio.run(main(waits=False))
    assert asyncio.run(main(waits=True))
