"""The tables of a vector store's index, and how they are made.

A file's chunks have ids without gaps, beginning at `first`; `lengths` is an array of 32-bit
numbers, the letters of each. External content: the words are indexed over a view, so that text is
kept once. `spelled` and `spelled_head` are what is indexed, where that differs from the text.

An id of a chunk is never used again, so that what is kept in memory, and what is on its way to a
reader, cannot be of another one.

All vectors are of one model, which `meta` names. `todo` are the chunks that still have none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from understudy_rag.words.segments import TABLES as SEGMENTS

_VERSION: Final = 4
TOKENIZE: Final = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
# A file's words are written out at once, not a megabyte at a time to be merged later.
_HASH_BYTES: Final = 8 * 2**20
# So many files' words are merged at a time; SQLite's 4 merges more often, a fifth of all work.
_MERGED: Final = 8
# What another version left is derived: its tables are simply made anew.
_SCHEMA: Final = f"""
DROP TABLE IF EXISTS posting;
DROP TABLE IF EXISTS segment;
DROP TABLE IF EXISTS words;
DROP VIEW IF EXISTS indexed;
DROP TABLE IF EXISTS todo;
DROP TABLE IF EXISTS vec;
DROP TABLE IF EXISTS chunk;
DROP TABLE IF EXISTS file;
DROP TABLE IF EXISTS meta;
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, file_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    sha256 BLOB NOT NULL, bytes INTEGER NOT NULL, size INTEGER NOT NULL, overlap INTEGER NOT NULL,
    first INTEGER NOT NULL, chunks INTEGER NOT NULL, lengths BLOB NOT NULL,
    languages TEXT NOT NULL, stemmed_by TEXT
);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER, line INTEGER NOT NULL,
    heading TEXT NOT NULL, text TEXT NOT NULL,
    spelled_head TEXT, spelled TEXT
);
CREATE INDEX chunk_of_file ON chunk (file);
CREATE TABLE vec (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chunk INTEGER NOT NULL UNIQUE,
    q BLOB NOT NULL, scale REAL NOT NULL
);
CREATE TABLE todo (chunk INTEGER PRIMARY KEY, tries INTEGER NOT NULL DEFAULT 0);
CREATE VIEW indexed AS
    SELECT chunk.id, coalesce(spelled_head, trim(title || ' ' || heading)) AS head,
        coalesce(spelled, text) AS text
    FROM chunk JOIN file ON file.id = chunk.file;
CREATE VIRTUAL TABLE words USING fts5(
    head, text, content='indexed', content_rowid='id',
    tokenize="{TOKENIZE}"
);
INSERT INTO words (words, rank) VALUES ('hashsize', {_HASH_BYTES}), ('automerge', {_MERGED});
INSERT INTO meta VALUES ('made', random()), ('edition', random()), ('vectors', random());
PRAGMA user_version = {_VERSION};
"""


def prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file, or of one that another version wrote."""
    if not _is_ours(db):
        db.execute("PRAGMA journal_mode = WAL")
        with transaction(db):
            if not _is_ours(db):  # nobody else made them meanwhile
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
    for statement in SEGMENTS.split(";"):
        db.execute(statement)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(
        "PRAGMA wal_autocheckpoint = 4000"
    )  # pages: a page that changes often is copied once
    db.execute("PRAGMA cache_size = -16000")  # KiB, of a file that is being added
    db.execute("PRAGMA temp_store = MEMORY")


def _is_ours(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == _VERSION)


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is done within, or nothing."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def reading(db: sqlite3.Connection) -> Iterator[None]:
    """All that is read within is of one moment."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


def renew_edition(db: sqlite3.Connection) -> None:
    """Say that chunks came or went: what is kept in memory about them holds no longer.

    A random number, since a counter begins anew with the file, and would meet its old values.
    """
    db.execute("UPDATE meta SET value = random() WHERE key = 'edition'")
