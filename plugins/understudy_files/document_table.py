"""The documents' part of the index: which there are in a collection, in which order."""

from __future__ import annotations

import sqlite3

from understudy_files.window import Key, Window, as_value, unknown

_COLUMNS = ("created_at", "id")
ADD = """
INSERT INTO documents (collection, id, created_at) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET created_at = excluded.created_at WHERE documents.created_at IS NULL
"""
CORRECT = "UPDATE documents SET created_at = ? WHERE collection = ? AND id = ?"
WAIT = "INSERT OR IGNORE INTO documents (collection, id) VALUES (?, ?)"
REMOVE = "DELETE FROM documents WHERE collection = ? AND id = ?"


def select(
    db: sqlite3.Connection, name: str, window: Window
) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The rows in the window, and those of its cursors: (id, created_at)."""
    after, before = (_key(db, name, cursor) for cursor in (window.after, window.before))
    clause, values = window.clause(_COLUMNS, after, before)
    found = db.execute(
        "SELECT id, created_at FROM documents WHERE collection = ? AND created_at IS NOT NULL"
        f"{clause}",
        [name, *values],
    ).fetchall()
    return found, [(key[1], key[0]) for key in (after, before) if key]


def _key(db: sqlite3.Connection, name: str, cursor: str | None) -> Key | None:
    if cursor is None:
        return None
    key: Key | None = db.execute(
        "SELECT created_at, id FROM documents"
        " WHERE collection = ? AND id = ? AND created_at IS NOT NULL",
        (name, as_value(cursor)),
    ).fetchone()
    if key is None:
        raise unknown(name, cursor)
    return key


def noted(db: sqlite3.Connection, name: str) -> int | None:
    """The modification time that was noted for a folder."""
    row = db.execute("SELECT mtime_ns FROM folders WHERE collection = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def ids(db: sqlite3.Connection, name: str, condition: str) -> set[str]:
    """The ids in a collection that fulfil a condition."""
    query = f"SELECT id FROM documents WHERE collection = ? {condition}"
    return {item for (item,) in db.execute(query, (name,))}


def note(db: sqlite3.Connection, name: str, item: str, created_at: float) -> None:
    """Note a document's time."""
    db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (name, item, created_at))


def note_folder(db: sqlite3.Connection, name: str, mtime_ns: int) -> None:
    """Note a folder's time."""
    db.execute("INSERT OR REPLACE INTO folders VALUES (?, ?)", (name, mtime_ns))


def remove(db: sqlite3.Connection, name: str, ids: list[str]) -> None:
    """Forget documents."""
    db.executemany(REMOVE, [(name, item) for item in ids])


def forget(db: sqlite3.Connection, below: str) -> None:
    """Forget all that lies below a folder."""
    end = below[:-1] + "0"  # the character behind "/"
    db.execute(
        "DELETE FROM records WHERE log IN (SELECT number FROM logs WHERE log >= ? AND log < ?)",
        (below, end),
    )
    for table, column in (("documents", "collection"), ("folders", "collection"), ("logs", "log")):
        db.execute(f"DELETE FROM {table} WHERE {column} >= ? AND {column} < ?", (below, end))
