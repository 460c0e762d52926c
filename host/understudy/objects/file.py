"""The file object: something uploaded, its bytes stored beside it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from understudy.objects.object import Object

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]
"""What an upload may be for."""


def kept_purpose(value: Any) -> Any:
    """The purpose that a file object has: OpenAI's takes `evals`, but has no such value."""
    return "user_data" if value == "evals" else value


class File(Object):
    """An uploaded file; `bytes` is its size. `expires_at` is in Unix seconds."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    filename: str
    purpose: Annotated[
        Literal[
            "assistants",
            "assistants_output",
            "batch",
            "batch_output",
            "fine-tune",
            "fine-tune-results",
            "vision",
            "user_data",
        ],
        BeforeValidator(kept_purpose),
    ] = "assistants"
    status: Literal["uploaded", "processed", "error"] = "processed"
    expires_at: int | None = None
