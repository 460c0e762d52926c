"""Vector stores with files in them, made by the official client."""

from __future__ import annotations

from typing import Any

import pytest

NOTES = {
    "lease.md": "# Lease\n\nThe rent is 900 euros a month.\n\n# Pets\n\nDogs are allowed.",
    "boiler.txt": "The boiler was serviced in October by Mrs Hansen.",
}


class Shelf:
    """A client's shorthand: upload, fill, search."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def upload(self, name: str, text: str | bytes, **options: Any) -> str:
        content = text.encode() if isinstance(text, str) else text
        return self.client.files.create(file=(name, content), purpose="assistants", **options).id

    def fill(self, files: Any = None, **options: Any) -> tuple[str, dict[str, str]]:
        """A new store with these files, all searchable; its id, and the files' ids by name."""
        ids = {name: self.upload(name, text) for name, text in (files or NOTES).items()}
        store = self.client.vector_stores.create(**options)
        batch = self.client.vector_stores.file_batches.create_and_poll(
            store.id, file_ids=list(ids.values()), poll_interval_ms=20
        )
        assert batch.file_counts.completed == len(ids)
        return store.id, ids

    def found(self, store_id: str, query: str, **options: Any) -> list[str]:
        """The names of the files that a search finds, best first."""
        page = self.client.vector_stores.search(store_id, query=query, **options)
        return [result.filename for result in page.data]


@pytest.fixture
def shelf(client: Any) -> Shelf:
    return Shelf(client)
