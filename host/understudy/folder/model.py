"""The model of an assistant: model.json, and what overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from understudy.jan import model_from_jan
from understudy.objects import Assistant

_ASKED = ("temperature", "top_p", "response_format", "reasoning_effort")


class EnvSecret(BaseModel):
    """A secret in an environment variable."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    env: str = Field(alias="$env", min_length=1)


class FileSecret(BaseModel):
    """A secret in a file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    file: str = Field(alias="$file", min_length=1)


class ModelSettings(BaseModel):
    """How to reach the model. `timeout` is in seconds; Jan's `ctx_len` and the like are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    base_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")] | None = None
    api_key: str | EnvSecret | FileSecret | None = None
    timeout: Annotated[float, Field(gt=0)] | None = None


class ModelConfig(BaseModel):
    """model.json. `model` None is whichever the provider thinks best.

    `parameters` are sent with every request. `provider` is the name of a model plugin.
    """

    model_config = ConfigDict(extra="allow", defer_build=True)
    model: str | None = None
    provider: str | None = None
    settings: ModelSettings = Field(default_factory=ModelSettings)
    parameters: dict[str, Any] = {}
    instructions: str | None = None

    def over(self, other: ModelConfig | None) -> ModelConfig:
        """This one, completed by a more general one.

        Another provider is reached in another way: its settings do not apply.
        """
        if other is None:
            return self
        same = self.provider in (None, other.provider)
        below = other.settings.model_dump(exclude_unset=True, by_alias=True) if same else {}
        above = self.settings.model_dump(exclude_unset=True, by_alias=True)
        return ModelConfig(
            model=self.model or other.model,
            provider=self.provider or other.provider,
            settings=ModelSettings.model_validate(below | above),
            parameters=other.parameters | self.parameters,
            instructions=self.instructions or other.instructions,
        )

    def over_anothers(self, other: ModelConfig | None) -> ModelConfig:
        """The same, completed by what another author has written.

        Their key goes to the address that they wrote it for, and to no other.
        """
        whole = self.over(other)
        own = self.settings
        is_elsewhere = own.base_url not in (None, other.settings.base_url if other else None)
        if is_elsewhere and "api_key" not in own.model_fields_set:
            whole.settings.api_key = None
        return whole


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model is asked, and how: what a `ChatRequest` is made of."""

    model: str | None = None
    provider: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def choose_model(
    assistant: Assistant,
    config: ModelConfig | None = None,
    thread: Mapping[str, Any] | None = None,
) -> ModelChoice:
    """The model of a run: thread.json over the assistant over its folder's configuration."""
    own = ModelConfig(model=assistant.model, parameters=_parameters(assistant)).over(config)
    chosen = own if thread is None else _of_thread(thread, assistant.id).over_anothers(own)
    return ModelChoice(
        chosen.model,
        chosen.provider,
        chosen.settings.model_dump(exclude_none=True, by_alias=True),
        chosen.parameters,
    )


def _parameters(assistant: Assistant) -> dict[str, Any]:
    """The fields that are parameters, and Jan's `parameters`, which have some more."""
    asked = {key: value for key in _ASKED if (value := getattr(assistant, key)) is not None}
    more = (assistant.model_extra or {}).get("parameters")
    if isinstance(more, dict):
        asked = {**model_from_jan({"parameters": more})["parameters"], **asked}
    return asked


def _of_thread(thread: Mapping[str, Any], assistant_id: str) -> ModelConfig:
    """What Jan's thread.json asks for. Nothing, if it makes no sense."""
    record = _active(thread.get("model")) or _assigned(thread.get("assistants"), assistant_id)
    try:
        return ModelConfig.model_validate(model_from_jan(record))
    except ValidationError:
        return ModelConfig()


def _active(model: Any) -> dict[str, Any]:
    """`model` of today's Jan; its provider is what used to be the engine."""
    found = model if isinstance(model, dict) else {}
    return {"id": found.get("id"), "engine": found.get("provider")} if found else {}


def _assigned(assistants: Any, assistant_id: str) -> dict[str, Any]:
    """`assistants[].model` of older ones."""
    listed = assistants if isinstance(assistants, list) else []
    mine = (entry for entry in listed if isinstance(entry, dict) and _is(entry, assistant_id))
    model = next(mine, {}).get("model")
    if isinstance(model, str):
        return {"model": model}
    return model if isinstance(model, dict) else {}


def _is(entry: Mapping[str, Any], assistant_id: str) -> bool:
    return (entry.get("assistant_id") or entry.get("id") or assistant_id) == assistant_id
