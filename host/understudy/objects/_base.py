"""What all objects share: OpenAI's names, unknown fields kept, JSON with every key present."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Metadata = Annotated[
    dict[
        Annotated[str, StringConstraints(max_length=64)],
        Annotated[str, StringConstraints(max_length=512)],
    ],
    Field(max_length=16),
]
"""Up to 16 pairs; keys of 64, values of 512 characters."""


class Object(BaseModel):
    """Something that is stored and sent. Fields that we do not know are kept as they are."""

    model_config = ConfigDict(extra="allow", validate_default=False)

    def wire(self) -> dict[str, Any]:
        """The object as JSON, null fields included, as the API sends it."""
        return self.model_dump(mode="json")
