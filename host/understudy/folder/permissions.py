"""What package.json asks for: `{"understudy": {"permissions": {"net": […], "files": "read"}}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from understudy.errors import Invalid
from understudy.folder.fields import field_problems
from understudy.folder.files import JSONFile
from understudy.folder.problems import Problem
from understudy.permissions.grant import NOTHING, Grant
from understudy.permissions.hosts import HostPattern
from understudy.suggestion import did_you_mean

_PLACE: Final = ("understudy", "permissions")
_MISSPELT: Final = ("permission", "permisions", "permissons", "grants", "grant")


def _host(text: str) -> str:
    try:
        HostPattern.read(text)
    except Invalid as error:
        raise ValueError(f"{error} {error.hint or ''}".strip()) from None
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,255}$")]
Host = Annotated[str, StringConstraints(min_length=1, max_length=260), AfterValidator(_host)]


class Permissions(BaseModel):
    """The object that `permissions` is."""

    model_config = ConfigDict(extra="forbid", defer_build=True, strict=True)

    net: Annotated[list[Host], Field(max_length=100)] = []
    files: Literal["read", "write"] | None = None
    process: bool = False
    env: Annotated[list[Name], Field(max_length=100)] = []

    def grant(self) -> Grant:
        """What it would be to allow all of it."""
        return Grant(
            net=tuple(dict.fromkeys(self.net)),
            files=self.files or "",
            process=self.process,
            env=tuple(dict.fromkeys(self.env)),
        )


def read_permissions(file: JSONFile, problems: list[Problem]) -> Grant:
    """What the code asks for; nothing, with problems, if it asks for what there is not."""
    section = file.value.get("understudy")
    if not isinstance(section, Mapping):
        return NOTHING
    problems += [_misspelt(file, name) for name in _MISSPELT if name in section]
    asked = section.get("permissions", {})
    if not isinstance(asked, Mapping):
        message = '"permissions" must be an object, such as {"net": ["api.example.com"]}'
        problems.append(file.problem("bad-field", _PLACE, message))
        return NOTHING
    unknown = [name for name in asked if name not in Permissions.model_fields]
    problems += [_unknown(file, name) for name in unknown]
    try:
        known = {name: value for name, value in asked.items() if name not in unknown}
        return Permissions.model_validate(known).grant()
    except ValidationError as error:
        problems += [_example(found) for found in field_problems(error, file, _PLACE)]
        return NOTHING


def _unknown(file: JSONFile, name: Any) -> Problem:
    names = list(Permissions.model_fields)
    hint = did_you_mean(str(name), names) or f"There are: {', '.join(names)}."
    message = f'there is no permission "{name}"'
    return file.problem("unknown-permission", (*_PLACE, name), message, hint=hint)


def _misspelt(file: JSONFile, name: str) -> Problem:
    message = f'"{name}" means nothing here'
    return file.problem(
        "unknown-field",
        ("understudy", name),
        message,
        hint='Did you mean "permissions"?',
        severity="warning",
    )


_EXAMPLES: Final = {
    "net": '"net": ["api.example.com", "*.example.org", "localhost:8080"]',
    "files": '"files": "read", or "write"',
    "process": '"process": true',
    "env": '"env": ["NAME"]',
}


def _example(problem: Problem) -> Problem:
    from dataclasses import replace

    name = (problem.field or "").removeprefix("understudy.permissions.").partition("[")[0]
    example = _EXAMPLES.get(name)
    return replace(problem, hint=f"Write {example}.") if example and not problem.hint else problem
