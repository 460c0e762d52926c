"""Leaves when it is imported."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

import sys

sys.exit(3)
