"""Citations: markers of searched chunks in what the assistant writes.

A tool whose result has `chunks`, objects with a `marker` such as `【4:0†source】` and the `file_id`
they come from, makes its markers citable: wherever the assistant repeats one, the message gets a
`file_citation`. Any tool may do so. The citation's `quote` is the beginning of the passage: the
API's first version has it, and it does no harm in the second.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

JSON = dict[str, Any]
_MARKER: Final = re.compile(r"【[^【】]{1,100}】")
_END: Final = "】"
_NUMBERED: Final = re.compile(r"【(\d+):(\d{1,2})†source】")
_QUOTED_CHARACTERS: Final = 1000


def chunks_of(result: Any) -> list[JSON]:
    """The chunks in a tool's result; none if it did not search."""
    chunks = result.get("chunks") if isinstance(result, Mapping) else None
    return [chunk for chunk in chunks or () if isinstance(chunk, dict)] if chunks else []


def sources_in(chunks: list[JSON]) -> dict[str, JSON]:
    """What each marker stands for: the `file_citation` of its file, with the passage's text."""
    return {chunk["marker"]: _source(chunk) for chunk in chunks if _is_citable(chunk)}


def _is_citable(chunk: JSON) -> bool:
    marker = chunk.get("marker")
    is_marker = isinstance(marker, str) and _MARKER.fullmatch(marker)
    return bool(is_marker) and isinstance(chunk.get("file_id"), str)


def _source(chunk: JSON) -> JSON:
    text = str(chunk.get("text", "")).strip()
    return {"file_id": chunk["file_id"], "quote": text[:_QUOTED_CHARACTERS]}


def in_first_form(result: Any) -> Any:
    """A tool's result with its markers as the API's first version had them: `【7†source】`."""
    if not chunks_of(result):
        return result
    return json.loads(_NUMBERED.sub(_one_number, json.dumps(result, ensure_ascii=False)))


def _one_number(found: re.Match[str]) -> str:
    return f"【{100 * int(found[1]) + int(found[2])}†source】"


def citations(text: str, sources: Mapping[str, JSON]) -> Iterator[JSON]:
    """An annotation for each marker of a known source. Indexes count characters (code points)."""
    for found in _MARKER.finditer(text):
        if found[0] in sources:
            yield {
                "type": "file_citation",
                "text": found[0],
                "start_index": found.start(),
                "end_index": found.end(),
                "file_citation": dict(sources[found[0]]),
            }


def cite(part: JSON, addition: JSON, sources: Mapping[str, JSON]) -> JSON:
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
