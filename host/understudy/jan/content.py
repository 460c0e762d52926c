"""What Jan's messages hold: text, images, attached files of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

Part = dict[str, Any]
_DETAILS: Final = ("auto", "low", "high")


def content_from_jan(content: Any) -> list[Part]:
    """A message's content parts. What is none of OpenAI's kinds keeps its own `type`."""
    if isinstance(content, str):
        return [_text_part(content)]
    parts = content if isinstance(content, list) else []
    return [converted for part in parts for converted in _parts(part)]


def is_content(content: Any) -> bool:
    """Whether the parts are OpenAI's already."""
    return type(content) is list and all(type(part) is dict and _is_ours(part) for part in content)


def _is_ours(part: Part) -> bool:
    kind = part.get("type")
    if kind == "text":
        text = part.get("text")
        return type(text) is dict and type(text.get("value")) is str and _is_annotated(text)
    return type(kind) is str and kind not in _CONVERT


def _is_annotated(text: Part) -> bool:
    annotations = text.get("annotations", [])
    return type(annotations) is list and all(type(entry) is dict for entry in annotations)


def _parts(part: Any) -> list[Part]:
    if isinstance(part, str):
        return [_text_part(part)]
    if not isinstance(part, dict):
        return [_unreadable(part)]
    kind = part.get("type")
    if not isinstance(kind, str):
        return [_text(part)] if "text" in part else [_unreadable(part)]
    return _CONVERT[kind](part) if kind in _CONVERT else [part]


def _text_part(value: str) -> Part:
    return {"type": "text", "text": {"value": value, "annotations": []}}


def _unreadable(part: Any) -> Part:
    return {"type": "unreadable", "original": part}


def _text(part: Part) -> Part:
    text = part.get("text")
    if isinstance(text, str):
        return {**part, "type": "text", **_text_part(text)}
    if not isinstance(text, dict) or not isinstance(text.get("value"), str):
        return _unreadable(part)
    return {**part, "type": "text", "text": text if _is_annotated(text) else _annotated(text)}


def _annotated(text: Part) -> Part:
    """Jan's annotations are texts, OpenAI's are objects."""
    written = text["annotations"]
    left = written if isinstance(written, list) else []
    found = [entry for entry in left if isinstance(entry, dict)]
    return {**text, "annotations": found, "jan_annotations": written}


def _image_url(part: Part) -> Part:
    image = part.get("image_url")
    image = {"url": image} if isinstance(image, str) else image
    if not isinstance(image, dict) or not isinstance(image.get("url"), str):
        return _unreadable(part)
    return {**part, "image_url": _with_detail(image)}


def _image_file(part: Part) -> Part:
    image = part.get("image_file")
    if not isinstance(image, dict) or not isinstance(image.get("file_id"), str):
        return _unreadable(part)
    return {**part, "image_file": _with_detail(image)}


def _with_detail(image: Part) -> Part:
    return image if image.get("detail", "auto") in _DETAILS else {**image, "detail": "auto"}


def _refusal(part: Part) -> Part:
    return part if isinstance(part.get("refusal"), str) else _unreadable(part)


def _legacy_image(part: Part) -> list[Part]:
    """`image` of 2024: the file's path is the text's annotation."""
    path = _annotated_path(part)
    if path is None:
        return [part]
    image = {"type": "image_file", "image_file": {"file_id": _file_id(path), "jan_path": path}}
    return [*_legacy_text(part), image]


def _legacy_text(part: Part) -> list[Part]:
    text = part.get("text")
    value = text.get("value") if isinstance(text, dict) else text
    return [_text_part(value)] if isinstance(value, str) and value else []


def _annotated_path(part: Mapping[str, Any]) -> str | None:
    text = part.get("text")
    annotations = text.get("annotations") if isinstance(text, dict) else None
    first = annotations[0] if isinstance(annotations, list) and annotations else None
    return first if isinstance(first, str) and first else None


def _file_id(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).stem


def _one(convert: Callable[[Part], Part]) -> Callable[[Part], list[Part]]:
    return lambda part: [convert(part)]


_CONVERT: Final[dict[str, Callable[[Part], list[Part]]]] = {
    "text": _one(_text),
    "image_url": _one(_image_url),
    "image_file": _one(_image_file),
    "refusal": _one(_refusal),
    "image": _legacy_image,
    "pdf": _legacy_text,
}


def attachments_from_jan(record: Mapping[str, Any]) -> list[Part] | None:
    """A message's attachments, wherever that generation kept them; None if there are none."""
    found = record.get("attachments")
    entries = found if isinstance(found, list) else []
    listed = [_attachment(entry) for entry in entries if isinstance(entry, dict)]
    if listed:
        return listed
    attached = [*_file_ids(record), *_legacy_files(record)]
    if attached:
        return [_searchable(file_id, **more) for file_id, more in attached]
    return [] if isinstance(found, list) else None


def is_attachments(value: Any) -> bool:
    """Whether they are OpenAI's already; None is."""
    entries = value if type(value) is list else [] if value is None else [value]
    return all(type(entry) is dict and _attachment(entry) == entry for entry in entries)


def _attachment(entry: Part) -> Part:
    file_id, tools = entry.get("file_id"), entry.get("tools")
    listed = [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else None
    return {**entry, "file_id": file_id if isinstance(file_id, str) else None, "tools": listed}


def _searchable(file_id: str, **more: Any) -> Part:
    return {"file_id": file_id, "tools": [{"type": "file_search"}], **more}


def _file_ids(record: Mapping[str, Any]) -> list[tuple[str, Part]]:
    ids = record.get("file_ids")
    return [(entry, {}) for entry in ids if isinstance(entry, str)] if isinstance(ids, list) else []


def _legacy_files(record: Mapping[str, Any]) -> list[tuple[str, Part]]:
    """`pdf` parts of 2024, and cortex's `rel_path`."""
    content = record.get("content")
    parts = content if isinstance(content, list) else []
    pdfs = [part for part in parts if isinstance(part, dict) and part.get("type") == "pdf"]
    paths = [*(_annotated_path(part) for part in pdfs), record.get("rel_path")]
    usable = [path for path in paths if isinstance(path, str) and path]
    return [(_file_id(path), {"jan_path": path}) for path in usable]
