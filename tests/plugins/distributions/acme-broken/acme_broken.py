"""Cannot be imported."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

import a_module_that_nobody_has  # noqa: F401
