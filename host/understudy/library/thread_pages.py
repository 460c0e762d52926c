"""Pages of threads that lie in several places, in one order: by `created_at`, then by id.

A page costs one thread of each place, and about twice as many as it shows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from understudy.errors import NotFound
from understudy.library.readable import readable
from understudy.objects import Thread
from understudy.store import Document, Order, Page, Path, Store
from understudy.streams import closing

Key = tuple[float, str]
Found = tuple[Document, Thread]
_MOST_AT_ONCE: Final = 100
_REMEMBERED: Final = 1000
_OPPOSITE: Final[dict[Order, Order]] = {"asc": "desc", "desc": "asc"}


@dataclass(slots=True)
class _Place:
    """One home: its threads that follow, and the first of them."""

    following: AsyncIterator[Document]
    first: Document | None = None

    async def advance(self) -> None:
        self.first = await anext(self.following, None)


@dataclass(slots=True)
class ThreadPages:
    """Merges the threads of homes.

    A home can be asked for what follows one of its own threads only. So it is remembered where a
    page has come to in each home; without that, a home is read from its beginning.
    """

    store: Store
    read: Callable[[Document], Thread]
    _passed: OrderedDict[tuple[Order, str], dict[Path, str]] = field(default_factory=OrderedDict)

    async def page(
        self, homes: Sequence[Path], limit: int, order: Order, after: Path | None, end: Path | None
    ) -> Page[Found]:
        """The threads that can be read behind the one at `after`, up to the one at `end`."""
        if end is not None and after is None:
            page = await self._page(homes, limit, _OPPOSITE[order], end, None)
            return Page(tuple(reversed(page.items)), page.has_more)
        return await self._page(homes, limit, order, after, end)

    async def _page(
        self, homes: Sequence[Path], limit: int, order: Order, after: Path | None, end: Path | None
    ) -> Page[Found]:
        found: list[Found] = []
        async with closing(self._merged(homes, order, after)) as documents:
            async for document in documents:
                if document.path == end:
                    break
                found += [(document, thread) for thread in readable([document], self.read)]
                if len(found) > limit:
                    break
        shown = found[:limit]
        self._remember(order, after, [document for document, _ in shown])
        return Page(tuple(shown), len(found) > limit)

    async def _merged(
        self, homes: Sequence[Path], order: Order, after: Path | None
    ) -> AsyncIterator[Document]:
        key = await self._key(after) if after else None
        hints = self._passed.get((order, after[-1]), {}) if after else {}
        async with AsyncExitStack() as stack:
            places = []
            for home in homes:
                hint = after[-1] if after and after[:-1] == home else hints.get(home)
                following = self._following(home, order, key, hint)
                places.append(_Place(await stack.enter_async_context(closing(following))))
                await places[-1].advance()
            foremost = min if order == "asc" else max
            while waiting := [place for place in places if place.first]:
                place = foremost(waiting, key=_first_key)
                assert place.first is not None
                yield place.first
                await place.advance()

    async def _following(
        self, home: Path, order: Order, key: Key | None, hint: str | None
    ) -> AsyncIterator[Document]:
        """A home's threads behind a key; read in steps that grow, since few may be wanted."""
        size, has_more = 1, True
        while has_more:
            try:
                page = await self.store.page(home, limit=size, order=order, after=hint)
            except NotFound:  # it was deleted meanwhile
                if hint is None:
                    return
                hint, size = None, 1
                continue
            for document in page.items:
                if key is None or _is_behind(document, key, order):
                    key = _key(document)
                    yield document
            has_more = page.has_more and bool(page.items)
            hint = page.items[-1].id if page.items else None
            size = min(2 * size, _MOST_AT_ONCE)

    async def _key(self, path: Path) -> Key:
        document = await self.store.get(path)
        if document is None:
            raise NotFound(f"No thread found with id '{path[-1]}'.")
        return _key(document)

    def _remember(self, order: Order, after: Path | None, shown: Sequence[Document]) -> None:
        passed = dict(self._passed.get((order, after[-1]), {})) if after else {}
        if after:
            passed[after[:-1]] = after[-1]
        if not shown:
            return
        passed |= {document.path[:-1]: document.id for document in shown}
        self._passed[(order, shown[-1].id)] = passed
        if len(self._passed) > _REMEMBERED:
            self._passed.popitem(last=False)


def _key(document: Document) -> Key:
    return document.created_at, document.id


def _first_key(place: _Place) -> Key:
    assert place.first is not None
    return _key(place.first)


def _is_behind(document: Document, key: Key, order: Order) -> bool:
    return _key(document) > key if order == "asc" else _key(document) < key
