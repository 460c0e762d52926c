"""Formats that are read by a plugin: the entry points of the group `understudy.parsers`."""

from __future__ import annotations

from importlib import import_module
from itertools import accumulate

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.headings import written_headings

NEW_PAGE = "\f"


def read_by(target: str, data: bytes, name: str) -> Document:
    """What the function at `target`, `module:function`, makes of a file."""
    module, _, attribute = target.partition(":")
    try:
        parse = getattr(import_module(module), attribute)
        text = parse(data, name)
    except ValueError as error:
        raise Unreadable(str(error) or "It is damaged.") from None
    except MemoryError:
        raise
    except BaseException as error:  # a plugin may do anything, `sys.exit()` included
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
        raise Unreadable(f"The parser `{target}` failed: {reason}", "unsupported_file") from None
    if not isinstance(text, str):
        message = f"The parser `{target}` gave {type(text).__name__}, not text."
        raise Unreadable(message, "unsupported_file")
    return _document(text)


def _document(text: str) -> Document:
    pages = text.split(NEW_PAGE)
    starts = list(accumulate((len(page) + 1 for page in pages[:-1]), initial=0))
    text = text.replace(NEW_PAGE, "\n")
    return Document(text, written_headings(text), starts if len(pages) > 1 else ())
