"""One of two."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import hookimpl


class Twin:
    number = "two"

    @hookimpl
    def observe_event(self, event): ...
