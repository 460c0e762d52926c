"""Books (EPUB 3.3): the chapters of the spine, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from understudy_rag.parsing.documents import Document, Unreadable
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.encoding import decode
from understudy_rag.parsing.formats.parts import Parts, beside
from understudy_rag.parsing.markup import read_html

_CONTAINER: Final = "META-INF/container.xml"
_CONTENT: Final = ("application/xhtml+xml", "text/html")


def read(parts: Parts) -> Document:
    """Each chapter's text, under its headings."""
    if "META-INF/encryption.xml" in parts.names and _is_locked(parts):
        raise Unreadable("It is locked by its seller (DRM).")
    draft = Draft()
    for name in _chapters(parts):
        chapter = read_html(decode(parts.read(name)))
        if not chapter.headings:
            draft.heading(1, chapter.text.partition("\n")[0])
        draft.append(chapter)
    return draft.document()


def _is_locked(parts: Parts) -> bool:
    """Fonts are often scrambled, and that is no lock; a lock has keys."""
    return any(f"META-INF/{name}" in parts.names for name in ("rights.xml", "license.lcpl"))


def _chapters(parts: Parts) -> Iterator[str]:
    package = _package(parts)
    root = parts.xml(package)
    items = {item.get("id"): item for item in root.iter() if item.tag.endswith("}item")}
    for reference in (each for each in root.iter() if each.tag.endswith("}itemref")):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _CONTENT:
            name = beside(package, item.get("href", ""))
            if name in parts.names:
                yield name


def _package(parts: Parts) -> str:
    for element in parts.xml(_CONTAINER).iter():
        if element.tag.endswith("}rootfile"):
            return element.get("full-path", "")
    raise Unreadable(f"It is damaged: {_CONTAINER} does not say where the book is.")
