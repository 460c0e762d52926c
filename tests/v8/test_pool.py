"""Isolates in stock: whoever takes one gets one, whoever else comes at the same moment."""

import asyncio

from understudy_v8.pool import Pool


class Fresh:
    usable = True


def test_who_comes_while_an_isolate_is_handed_over_leaves_nobody_without():
    async def main():
        made = asyncio.Event()

        async def make():
            await made.wait()
            return Fresh()

        pool = Pool(make)
        first = asyncio.create_task(pool.take())
        await asyncio.sleep(0)  # it waits now
        made.set()
        while pool._ready.empty():
            await asyncio.sleep(0)
        second = await pool.take()  # before the first has woken
        async with asyncio.timeout(5):
            assert await first is not second

    asyncio.run(main())
