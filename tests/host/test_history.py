"""What can be seen of a run: every reader gets every event once, however late it comes."""

import asyncio

from understudy.events import Event
from understudy.runs.history import History


def delta(n, text):
    content = [{"index": 0, "type": "text", "text": {"value": text, "annotations": []}}]
    data = {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": content}}
    return Event(n, "thread.message.delta", data)


def words(count, start=2):
    return [delta(n, f"word {n}") for n in range(start, start + count)]


def read(history, after=0):
    async def main():
        return [event async for event in history.follow(after)]

    return asyncio.run(main())


def test_a_late_reader_gets_every_event_as_it_was():
    events = [Event(1, "thread.run.created", {"id": "run_1"}), *words(500)]
    history = History(events)
    history.close()
    for after in (0, 1, 250, 485, 500, 501, 900):
        assert read(history, after) == [event for event in events if event.n > after]
    assert history.last == 501


def test_numbers_may_have_gaps():
    events = words(40) + words(40, start=1042)
    history = History(events)
    history.close()
    for after in (0, 41, 600, 1041, 1042, 1060):
        assert read(history, after) == [event for event in events if event.n > after]


def test_readers_at_several_places_follow_what_still_comes():
    events = words(300)

    async def main():
        history = History(events[:100])
        places = (0, 50, 101)
        readers = [asyncio.create_task(collected(history, after)) for after in places]
        for event in events[100:]:
            history.add(event)
            await asyncio.sleep(0)
        history.close()
        for after, found in zip(places, await asyncio.gather(*readers), strict=True):
            assert found == [event for event in events if event.n > after]

    async def collected(history, after):
        found = []
        async for event in history.follow(after):
            found.append(event)
            if event.n % 7 == 0:  # falls behind
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        return found

    asyncio.run(main())


def test_a_reader_of_a_run_without_events_ends_with_it():
    async def main():
        history = History()
        reader = asyncio.create_task(anext(history.follow(), None))
        await asyncio.sleep(0)
        history.close()
        assert await reader is None
        assert history.last == 0

    asyncio.run(main())
