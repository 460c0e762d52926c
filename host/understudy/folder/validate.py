"""The host's own rules: what can only be checked against what is installed, or in the whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from understudy.errors import UnderstudyError
from understudy.folder.files import JSONFile
from understudy.folder.problems import Problem
from understudy.folder.read import AssistantFolder
from understudy.objects import Assistant, ToolEntry
from understudy.suggestion import did_you_mean

_LIMITS = {
    ("code_interpreter", "file_ids"): 20,
    ("file_search", "vector_store_ids"): 1,
}


def validate_folder(
    folder: AssistantFolder,
    tool_types: Collection[str],
    assistant: Assistant | None = None,
    refusal: Callable[[str], UnderstudyError | None] = lambda _: None,
) -> list[Problem]:
    """What is wrong besides what reading the folder found.

    `tool_types` are those that can be used here, besides `function`. `assistant`: as the hooks
    have changed it since the folder was read. `refusal` tells why one that is installed cannot be.
    """
    checked = assistant or folder.assistant
    if checked is None:
        return []
    return [
        *_unknown_tools(checked, folder.file, {*tool_types, "function"}, refusal),
        *_duplicate_functions(checked, folder.file),
        *_results_limits(checked, folder.file),
        *_resource_limits(checked, folder.file),
    ]


def _unknown_tools(
    assistant: Assistant,
    file: JSONFile,
    known: set[str],
    refusal: Callable[[str], UnderstudyError | None],
) -> Iterator[Problem]:
    for tool in assistant.tools:
        if tool.type in known:
            continue
        if tool.type == "code_interpreter":
            yield _no_interpreter(tool, file)
            continue
        names = sorted(known)
        hint = did_you_mean(tool.type, names) or f"There are: {', '.join(names)}."
        message = f'no plugin provides the tool "{tool.type}"'
        if refused := refusal(tool.type):
            message, hint = str(refused), refused.hint or hint
        yield file.problem("unknown-tool", _path(file, tool, "type"), message, hint=hint)


def _no_interpreter(tool: ToolEntry, file: JSONFile) -> Problem:
    """A tool of the API that may have no plugin: such an assistant runs, but without it."""
    message = 'nothing here runs code for "code_interpreter": the model is not offered it'
    hint = "Install a plugin that provides it, or export a function from src/index.js."
    path = _path(file, tool, "type")
    return file.problem("unknown-tool", path, message, hint=hint, severity="warning")


def _duplicate_functions(assistant: Assistant, file: JSONFile) -> Iterator[Problem]:
    seen: set[str] = set()
    for tool in assistant.tools:
        name = tool.function.name if tool.type == "function" and tool.function else None
        if name in seen:
            message = f"there are two functions `{name}`; the model could not tell them apart"
            path = _path(file, tool, "function", "name")
            yield file.problem("duplicate-function", path, message, hint="Rename one of them.")
        seen |= {name} if name else set()


def _path(file: JSONFile, tool: ToolEntry, *within: str) -> tuple[str | int, ...]:
    """Where the tool stands, the last one of several; hooks may have added it."""
    tools, wanted = file.value.get("tools"), tool.wire()
    listed = tools if isinstance(tools, list) else []
    found = [index for index, entry in enumerate(listed) if entry == wanted]
    return ("tools", found[-1], *within) if found else ("tools",)


def _results_limits(assistant: Assistant, file: JSONFile) -> Iterator[Problem]:
    for tool in assistant.tools:
        options = (tool.model_extra or {}).get("file_search")
        count = options.get("max_num_results") if isinstance(options, dict) else None
        if count is not None and not _is_count(count, 50):
            path = _path(file, tool, "file_search", "max_num_results")
            message = '"max_num_results" must be a whole number from 1 to 50'
            yield file.problem("bad-field", path, message)


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _resource_limits(assistant: Assistant, file: JSONFile) -> Iterator[Problem]:
    for (kind, name), most in _LIMITS.items():
        resources = (assistant.tool_resources or {}).get(kind)
        ids = resources.get(name) if isinstance(resources, dict) else None
        if isinstance(ids, list) and len(ids) > most:
            path = ("tool_resources", kind, name)
            message = f'"{name}" may have {most} {"entry" if most == 1 else "entries"}'
            yield file.problem("bad-field", path, f"{message}; it has {len(ids)}")
