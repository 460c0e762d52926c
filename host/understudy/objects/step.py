"""The run step object: a message written or tools called, in the course of a run."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from understudy.objects.object import Metadata, Object
from understudy.objects.run import Usage


class StepError(Object):
    """Why a step failed."""

    code: Literal["server_error", "rate_limit_exceeded"]
    message: str


class RunStep(Object):
    """A step. `step_details` has the same `type`, and what belongs to it."""

    id: str
    object: Literal["thread.run.step"] = "thread.run.step"
    created_at: int
    assistant_id: str
    thread_id: str
    run_id: str
    type: Literal["message_creation", "tool_calls"]
    status: Literal["in_progress", "cancelled", "failed", "completed", "expired"] = "in_progress"
    step_details: dict[str, Any]
    last_error: StepError | None = None
    expired_at: int | None = None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    metadata: Metadata | None = Field(default_factory=dict)
    usage: Usage | None = None
