"""What the operating system refused, as errors that a person can act on."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from understudy.errors import Invalid, StoreError, UnderstudyError

ABSENT: Final = (FileNotFoundError, NotADirectoryError)
"""A file that is not there: for a reader no failure but an answer."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_NOT_A_FILE = {errno.ENXIO, errno.EISDIR}


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Raise `StoreError` or `Invalid` for an `OSError`, but let `ABSENT` through."""
    try:
        yield
    except ABSENT:
        raise
    except OSError as error:
        raise _translated(error, "read", name) from error


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Raise `StoreError` or `Invalid` for any `OSError`."""
    try:
        yield
    except OSError as error:
        raise _translated(error, "write", name) from error


def not_a_file(name: str) -> Invalid:
    """Something else stands where a file should be: a folder, a pipe, a device."""
    return Invalid(f"`{name}` is not a regular file.", hint="Move it away, then try again.")


def leads_nowhere(name: str) -> Invalid:
    """A link without a file behind it."""
    return Invalid(f"`{name}` is a symbolic link that leads nowhere or in a circle.")


def _translated(error: OSError, action: str, name: str) -> UnderstudyError:
    reason = error.strerror or str(error)
    if error.errno in _FULL:
        hint = "Free some space and try again; what was stored before is untouched."
        return StoreError(f"Cannot {action} `{name}`: {reason}.", kind="full", hint=hint)
    if error.errno in _READONLY:
        hint = "Check the permissions of the data folder, or choose another one."
        return StoreError(f"Cannot {action} `{name}`: {reason}.", kind="readonly", hint=hint)
    if error.errno == errno.ELOOP:
        return leads_nowhere(name)
    if error.errno == errno.ENAMETOOLONG:
        return Invalid(f"`{name[:200]}` is too long for the file system.")
    if error.errno in _NOT_A_FILE:
        return not_a_file(name)
    return StoreError(f"Cannot {action} `{name}`: {reason}.")
