"""assistant.json as an assistant: defaults, overrides, and problems that point at the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from understudy.folder.fields import field_problems, misspelt
from understudy.folder.files import JSONFile
from understudy.folder.model import ModelConfig
from understudy.folder.problems import Problem
from understudy.jan import assistant_from_jan
from understudy.objects import Assistant
from understudy.store import NAME

_JAN_FIELDS: Final = frozenset(
    ("models", "file_ids", "events", "version", "parameters", "memory", "memory/threads", "$schema")
)
_OURS: Final = frozenset(("approve", "max_steps"))
KNOWN: Final = frozenset(Assistant.model_fields) | _JAN_FIELDS | _OURS
_IN_ROOT: Final = ("", "root", "root/threads")
_IN_FOLDER: Final = ("own", "threads")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where assistant.json says nothing."""

    id: str
    created_at: int
    model: ModelConfig | None
    instructions: str | None


def read_assistant(file: JSONFile, defaults: Defaults, problems: list[Problem]) -> Assistant:
    """The assistant. A field that is wrong is a problem, and left out."""
    problems += misspelt(file, KNOWN)
    problems += _object_problems(file)
    record = _completed(assistant_from_jan(file.value), defaults)
    try:
        assistant = Assistant.model_validate(record)
    except ValidationError as error:
        problems += field_problems(error, file)
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False)}
        right = {key: value for key, value in record.items() if key not in wrong}
        assistant = Assistant.model_validate(_completed(right, defaults))
    on = [tool for tool in assistant.tools if (tool.model_extra or {}).get("enabled") is not False]
    return assistant.model_copy(update={"tools": on})


def _completed(record: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    config = defaults.model
    return {
        **record,
        "id": defaults.id,
        "name": record.get("name", defaults.id),  # null is an answer, too
        "created_at": _or(record.get("created_at"), defaults.created_at),
        "model": _or(record.get("model"), config.model if config else None),
        "instructions": _or(record.get("instructions"), defaults.instructions),
    }


def _or(value: Any, default: Any) -> Any:
    return default if value in (None, "", 0) else value


def _object_problems(file: JSONFile) -> list[Problem]:
    written = file.value.get("object", "assistant")
    if written == "assistant":
        return []
    message = '"object" should be "assistant"'
    return [file.problem("bad-field", ("object",), message, severity="warning")]


def read_id(
    file: JSONFile | None, folder_name: str, given: str | None, problems: list[Problem]
) -> str:
    """The id: as given, else as written, else the folder's name."""
    written = file.value.get("id") if file else None
    if file and written not in (None, ""):
        problems += _id_problems(file, written, given)
    names = (given, written, folder_name)
    usable = next((name for name in names if isinstance(name, str) and NAME.fullmatch(name)), None)
    if usable is None:
        hint = 'Rename it: letters, digits, "_", "-" and ".", no leading dot.'
        message = f"`{folder_name}` cannot be an assistant's id"
        problems.append(Problem("bad-id", message, hint=hint))
    return usable or folder_name


def _id_problems(file: JSONFile, written: Any, given: str | None) -> list[Problem]:
    if not isinstance(written, str) or not NAME.fullmatch(written):
        message = '"id" must be a name: letters, digits, "_", "-" and ".", at most 128'
        return [file.problem("bad-id", ("id",), message)]
    if given in (None, written):
        return []
    message = f'"id" is `{written}`, but the assistant is found as `{given}`'
    hint = "Rename the folder, or take the id out of the file."
    return [file.problem("bad-id", ("id",), message, hint=hint, severity="warning")]


def read_keeps_threads(assistant: Assistant, file: JSONFile, problems: list[Problem]) -> bool:
    """Whether threads lie in the assistant's own folder, and not in the root."""
    written = (assistant.thread_location or "").strip().removeprefix("./").strip("/").lower()
    here = f"assistants/{assistant.id.lower()}/threads"
    if written in (*_IN_FOLDER, here, f"root/{here}"):
        return True
    if written not in _IN_ROOT:
        message = f'"thread_location" is neither "ROOT/threads" nor "threads": {written!r}'
        hint = "Threads lie in the root, as usual, until you choose one of these."
        problems.append(
            file.problem(
                "thread-location", ("thread_location",), message, hint=hint, severity="warning"
            )
        )
    return False
