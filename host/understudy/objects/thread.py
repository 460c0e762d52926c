"""The thread object."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from understudy.objects.object import Metadata, Object


class Thread(Object):
    """A conversation. Its messages and runs are stored under it."""

    id: str
    object: Literal["thread"] = "thread"
    created_at: int
    metadata: Metadata = Field(default_factory=dict)
    tool_resources: dict[str, Any] | None = None
