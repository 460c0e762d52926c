"""Presentations (Office Open XML, ECMA-376 part 1, PresentationML): each slide is a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.draft import Draft
from understudy_rag.parsing.formats.parts import Parts
from understudy_rag.parsing.formats.runs import run_text

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHOW: Final = "ppt/presentation.xml"
_SLIDE: Final = re.compile(r"ppt/slides/slide(\d+)\.xml")


def read(parts: Parts) -> Document:
    """Each slide's text under its title, and the speaker's notes."""
    draft = Draft()
    for name in _slides(parts):
        draft.page()
        slide = parts.xml(name)
        draft.heading(1, _title(slide))
        _add(draft, slide)
        for kind, notes in parts.related(name).values():
            if kind == "notesSlide" and notes in parts.names:
                _add(draft, parts.xml(notes))
        draft.add("\n")
    return draft.document()


def _slides(parts: Parts) -> list[str]:
    """In the order in which they are shown; by number, if that is not said."""
    if _SHOW in parts.names:
        related = parts.related(_SHOW)
        ids = (each.get(_ID, "") for each in parts.xml(_SHOW).iter(f"{_P}sldId"))
        named = [related[each][1] for each in ids if each in related]
        if named:
            return [name for name in named if name in parts.names]
    numbered = ((m, name) for name in parts.names if (m := _SLIDE.fullmatch(name)))
    return [name for _, name in sorted((int(m[1]), name) for m, name in numbered)]


def _title(slide: ET.Element) -> str:
    for shape in slide.iter(f"{_P}sp"):
        placeholder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
        if placeholder is not None and placeholder.get("type") in ("title", "ctrTitle"):
            return " ".join(_paragraphs(shape))
    return ""


def _add(draft: Draft, root: ET.Element) -> None:
    for text in _paragraphs(root):
        draft.add(f"{text}\n")


def _paragraphs(root: ET.Element) -> Iterator[str]:
    return filter(None, (run_text(p, _A).strip() for p in root.iter(f"{_A}p")))
