"""The file object: something uploaded, its bytes stored beside it."""

from __future__ import annotations

from typing import Literal

from understudy.objects.object import Object

Purpose = Literal["assistants", "batch", "fine-tune", "vision", "user_data", "evals"]


class File(Object):
    """An uploaded file; `bytes` is its size. `expires_at` is in Unix seconds."""

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    filename: str
    purpose: Purpose = "assistants"
    status: Literal["uploaded", "processed", "error"] = "processed"
    expires_at: int | None = None
