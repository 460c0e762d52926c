"""Pages of a list that is held in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from understudy.errors import Invalid, NotFound
from understudy.store import Order, Page

T = TypeVar("T")


def page(
    items: Mapping[str, T], limit: int, order: Order, after: str | None, before: str | None
) -> Page[T]:
    """A page of `items`, which are in ascending order, by their ids."""
    if limit < 1:
        raise Invalid(f"The limit must be at least 1, not {limit}.", param="limit")
    if order not in ("asc", "desc"):
        raise Invalid(f'The order must be "asc" or "desc", not {order!r}.', param="order")
    ids = list(items) if order == "asc" else list(items)[::-1]
    start = 0 if after is None else _place(ids, after) + 1
    end = len(ids) if before is None else _place(ids, before)
    between = ids[start:end]
    backwards = before is not None and after is None
    shown = between[-limit:] if backwards else between[:limit]
    return Page(tuple(items[item] for item in shown), len(between) > limit)


def _place(ids: Sequence[str], cursor: str) -> int:
    try:
        return ids.index(cursor)
    except ValueError:
        raise NotFound(f"There is no `{cursor}`.", hint="Begin the listing anew.") from None
