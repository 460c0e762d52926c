"""Takes an argument that its hook does not have."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import hookimpl


@hookimpl
def load_assistant(helper): ...
