"""A store of documents."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy.store import Document


class Shelf:
    def __init__(self, location):
        self.location = location
        self.values = {}

    async def get(self, path):
        value = self.values.get(path)
        return None if value is None else Document(path, value, str(value), 0.0)

    async def put(self, path, value, *, expect="*", durable=True):
        self.values[path] = value
        return str(value)

    async def close(self):
        self.values.clear()
