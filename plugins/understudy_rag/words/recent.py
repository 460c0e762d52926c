"""The words of the chunks that came last, in memory: what is kept of words is caught up by them.

SQLite cannot tell where a word stands in some chunks without going through all that have it. The
few new ones are indexed once more, in a table of the connection that nobody else sees.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from understudy_rag.schema import TOKENIZE

MOST: Final = 4_000
"""Chunks; where more have come, reading anew what is asked for costs less."""
FEW: Final = 256
"""Chunks that are worth indexing for their own sake, if all others are in segments."""
_TABLES: Final = f"""
DROP TABLE IF EXISTS temp.recent_places;
DROP TABLE IF EXISTS temp.recent;
CREATE VIRTUAL TABLE temp.recent USING fts5(head, text, content='', tokenize="{TOKENIZE}");
CREATE VIRTUAL TABLE temp.recent_places USING fts5vocab(temp, recent, instance);
"""
_ADD: Final = """
INSERT INTO temp.recent (rowid, head, text)
SELECT id, head, text FROM indexed WHERE id > ? AND id <= ?
"""


class Recent:
    """The chunks behind `first`, up to `last`. `covered` is the last one that is in a segment."""

    def __init__(self, db: sqlite3.Connection, covered: int, last: int) -> None:
        self.db = db
        self.first = self.last = _beginning(covered, last)

    def catch_up(self, covered: int, last: int) -> None:
        """Index what came since; begin anew where that is too much."""
        if last - self.first > MOST:
            self.first = self.last = _beginning(covered, last)
        if last > self.last:
            if self.first == self.last:
                for statement in _TABLES.split(";"):
                    self.db.execute(statement)
            self.db.execute(_ADD, (self.last, last))
            self.last = last


def _beginning(covered: int, last: int) -> int:
    return covered if covered and last - covered <= FEW else last
