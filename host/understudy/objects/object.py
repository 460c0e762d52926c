"""What all objects share: OpenAI's names, unknown fields kept, JSON with every key present."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from understudy.errors import Invalid


def _pairs(value: Any) -> Any:
    return {} if value is None else value


Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=64)],
        Annotated[str, StringConstraints(max_length=512)],
    ],
    Field(max_length=16),
    BeforeValidator(_pairs),
]
"""Up to 16 pairs; keys of 64, values of 512 characters. Clients send null for none."""


M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], value: Any) -> M:
    """Validate JSON from outside. Raises `Invalid`, whose `param` names the wrong field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        param = ".".join(str(key) for key in first["loc"])
        raise Invalid(f"Invalid '{param}': {first['msg']}.", param=param) from None


class Object(BaseModel):
    """Something that is stored and sent. Fields that we do not know are kept as they are."""

    model_config = ConfigDict(
        extra="allow",
        defer_build=True,  # building all of them took a third of the time that a server starts in
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def read(cls, value: Any) -> Self:
        """Validate JSON from outside. Raises `Invalid`, whose `param` names the wrong field."""
        return validated(cls, value)

    def wire(self) -> dict[str, Any]:
        """The object as JSON, null fields included, as the API sends it."""
        return self.model_dump(mode="json")
