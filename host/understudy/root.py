"""Where the data root and the built-in assistants lie."""

from __future__ import annotations

import os
from pathlib import Path


def default_root() -> Path:
    """The data root if none is named: `UNDERSTUDY_ROOT`, or the platform's data folder."""
    named = os.environ.get("UNDERSTUDY_ROOT")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("understudy", appauthor=False)


def builtin_assistants() -> Path:
    """The folder of the built-in assistants: package data, or the checkout's own."""
    packaged = Path(__file__).parent / "builtin_assistants"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "builtin_assistants"
