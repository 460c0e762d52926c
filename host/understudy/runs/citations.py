"""Citations: markers of searched chunks in what the assistant writes.

A tool whose result has `chunks`, objects with a `marker` such as `【4:0†source】` and the `file_id`
they come from, makes its markers citable: wherever the assistant repeats one, the message gets a
`file_citation`. Any tool may do so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

JSON = dict[str, Any]
_MARKER: Final = re.compile(r"【[^【】]{1,100}】")
_END: Final = "】"


def chunks_of(result: Any) -> list[JSON]:
    """The chunks in a tool's result; none if it did not search."""
    chunks = result.get("chunks") if isinstance(result, Mapping) else None
    return [chunk for chunk in chunks or () if isinstance(chunk, dict)] if chunks else []


def sources_in(chunks: list[JSON]) -> dict[str, str]:
    """The file that each marker stands for."""
    pairs = ((chunk.get("marker"), chunk.get("file_id")) for chunk in chunks)
    return {
        marker: file_id
        for marker, file_id in pairs
        if isinstance(marker, str) and isinstance(file_id, str) and _MARKER.fullmatch(marker)
    }


def citations(text: str, sources: Mapping[str, str]) -> Iterator[JSON]:
    """An annotation for each marker of a known source. Indexes count characters (code points)."""
    for found in _MARKER.finditer(text):
        if found[0] in sources:
            yield {
                "type": "file_citation",
                "text": found[0],
                "start_index": found.start(),
                "end_index": found.end(),
                "file_citation": {"file_id": sources[found[0]]},
            }


def cite(part: JSON, addition: JSON, sources: Mapping[str, str]) -> JSON:
    """Annotate the markers that an addition has completed; returns what its delta shows of them."""
    if not sources or _END not in addition.get("text", {}).get("value", ""):
        return {}
    before = part["text"]["annotations"]
    known = {each.get("start_index") for each in before}
    found = citations(part["text"]["value"], sources)
    fresh = [each for each in found if each["start_index"] not in known]
    part["text"]["annotations"] = [*before, *fresh]
    own = addition["text"].get("annotations", [])
    first = len(before) - len(own)
    indexed = [{"index": at, **each} for at, each in enumerate([*own, *fresh], start=first)]
    return {"text": {**addition["text"], "annotations": indexed}}


def shown_search(call_id: str, result: Any, *, is_over: bool) -> JSON:
    """A search as run steps show it."""
    if not is_over:
        return {"id": call_id, "type": "file_search", "file_search": {}}
    options = result.get("ranking_options") if isinstance(result, Mapping) else None
    shown = {
        "ranking_options": options or {"ranker": "auto", "score_threshold": 0.0},
        "results": [_shown(chunk) for chunk in chunks_of(result)],
    }
    return {"id": call_id, "type": "file_search", "file_search": shown}


def _shown(chunk: JSON) -> JSON:
    return {
        "file_id": str(chunk.get("file_id")),
        "file_name": str(chunk.get("file")),
        "score": chunk.get("score", 0),
        "content": [{"type": "text", "text": str(chunk.get("text", ""))}],
    }
