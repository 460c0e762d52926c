"""A window on an ordered table: the SQL behind `after`, `before`, `order` and `limit`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from understudy.errors import Invalid, NotFound
from understudy.store import Order

Key = tuple[Any, ...]
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a listing are asked for. The cursors are ids."""

    limit: int
    order: Order
    after: str | None
    before: str | None

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise Invalid(f"The limit must be at least 1, not {self.limit}.", param="limit")
        if self.order not in ("asc", "desc"):
            raise Invalid(f'The order must be "asc" or "desc", not {self.order!r}.', param="order")

    @property
    def backwards(self) -> bool:
        """Only `before` is given: rows are sought from there towards the beginning."""
        return self.before is not None and self.after is None

    def clause(
        self, columns: Sequence[str], after: Key | None, before: Key | None
    ) -> tuple[str, list[Any]]:
        """Conditions, order and limit (one more, to know if there are more), with their values.

        `after` and `before` are the cursors' values of the columns.
        """
        row = f"({', '.join(columns)})"
        ascending = self.order == "asc"
        bounds = [(">" if ascending else "<", after), ("<" if ascending else ">", before)]
        marks = f"({', '.join('?' * len(columns))})"
        conditions = "".join(f" AND {row} {sign} {marks}" for sign, key in bounds if key)
        values = [value for _, key in bounds if key for value in key]
        way = "ASC" if ascending is not self.backwards else "DESC"
        ordering = ", ".join(f"{column} {way}" for column in columns)
        return f"{conditions} ORDER BY {ordering} LIMIT ?", [*values, min(self.limit, _MOST) + 1]

    def arranged(self, rows: list[Any]) -> tuple[list[Any], bool]:
        """The rows that were found, in the order asked for, and whether there are more."""
        shown = rows[: self.limit]
        return shown[::-1] if self.backwards else shown, len(rows) > self.limit

    def cut(self, ascending: list[str], name: str) -> tuple[list[str], bool]:
        """As `arranged`, from all ids of the listing `name`. Raises `NotFound`."""
        ids = ascending if self.order == "asc" else ascending[::-1]
        begin = 0 if self.after is None else _place(ids, self.after, name) + 1
        end = len(ids) if self.before is None else _place(ids, self.before, name)
        between = ids[begin:end]
        shown = between[-self.limit :] if self.backwards else between[: self.limit]
        return shown, len(between) > self.limit


def unknown(name: str, cursor: str) -> NotFound:
    """A cursor that is not in a listing."""
    return NotFound(f"There is no `{cursor}` in `{name}`.", hint="Begin the listing anew.")


def _place(ids: list[str], cursor: str, name: str) -> int:
    try:
        return ids.index(cursor)
    except ValueError:
        raise unknown(name, cursor) from None


def as_value(text: str) -> str | bytes:
    """A text from outside as a value for SQLite; half a surrogate pair equals nothing stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return b""
    return text
