"""The run object: one pass of an assistant over a thread."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from understudy.objects.assistant import ReasoningEffort, ToolEntry
from understudy.objects.object import Metadata, Object

RunStatus = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "failed",
    "completed",
    "incomplete",
    "expired",
]
TERMINAL_STATUS = frozenset({"cancelled", "failed", "completed", "incomplete", "expired"})


class CalledFunction(Object):
    """The function that the model called; `arguments` is its text, valid JSON or not."""

    name: str
    arguments: str


class RequiredCall(Object):
    """A call that the client is asked to make."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class SubmitToolOutputs(Object):
    """The calls that are waited for."""

    tool_calls: list[RequiredCall]


class RequiredAction(Object):
    """What the client must do before the run goes on."""

    type: Literal["submit_tool_outputs"] = "submit_tool_outputs"
    submit_tool_outputs: SubmitToolOutputs


class LastError(Object):
    """Why a run or a step failed."""

    code: Literal["server_error", "rate_limit_exceeded", "invalid_prompt"]
    message: str


class Usage(Object):
    """Tokens, summed over all model calls."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class RunIncompleteDetails(Object):
    """Why a run is incomplete. There is no word for a filtered answer; its message has one."""

    reason: Literal["max_completion_tokens", "max_prompt_tokens"] | None = None


class TruncationStrategy(Object):
    """Which of the thread's messages the model sees."""

    type: Literal["auto", "last_messages"] = "auto"
    last_messages: Annotated[int, Field(ge=1)] | None = None


class AdditionalMessage(BaseModel):
    """A message that is added to the thread before a run begins."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    role: Literal["user", "assistant"]
    content: str | list[dict[str, Any]]
    attachments: list[dict[str, Any]] = []
    metadata: Metadata = {}


def _listed(value: Any) -> Any:
    return [] if value is None else value


class RunOptions(BaseModel):
    """What may be asked of a run when it is created; what is not set comes from the assistant."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    model: str | None = None
    instructions: Annotated[str, StringConstraints(max_length=256_000)] | None = None
    additional_instructions: str | None = None
    additional_messages: Annotated[list[AdditionalMessage], BeforeValidator(_listed)] = []
    tools: Annotated[list[ToolEntry], Field(max_length=128)] | None = None
    metadata: Metadata = {}
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_prompt_tokens: Annotated[int, Field(ge=256)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=256)] | None = None
    truncation_strategy: TruncationStrategy | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: Literal["auto"] | dict[str, Any] | None = None
    reasoning_effort: ReasoningEffort | None = None

    def sent(self) -> dict[str, Any]:
        """The fields that were given, as JSON."""
        return self.model_dump(mode="json", exclude_unset=True)


class CallOptions(RunOptions):
    """What other APIs than OpenAI's Assistants, second version, ask of a run.

    `parameters` go to the model as they are (`stop`, `seed` …). `origin` is what the request said
    that a run has no field for: it is kept with the run, for whoever shows the request again.
    `file_ids` are the assistant's files in the first version: a run that has them cites in the
    words of that version.
    """

    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    parameters: dict[str, Any] = {}
    origin: dict[str, Any] = {}
    file_ids: list[str] | None = None


class Run(Object):
    """A run. It is a snapshot: later changes to the assistant do not show in it."""

    id: str
    object: Literal["thread.run"] = "thread.run"
    created_at: int
    thread_id: str
    assistant_id: str
    status: RunStatus = "queued"
    required_action: RequiredAction | None = None
    last_error: LastError | None = None
    expires_at: int | None = None
    started_at: int | None = None
    cancelled_at: int | None = None
    failed_at: int | None = None
    completed_at: int | None = None
    incomplete_details: RunIncompleteDetails | None = None
    model: str
    instructions: str
    tools: list[ToolEntry] = Field(default_factory=list)
    metadata: Metadata = Field(default_factory=dict)
    usage: Usage | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    max_prompt_tokens: Annotated[int, Field(ge=256)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    truncation_strategy: TruncationStrategy = Field(default_factory=TruncationStrategy)
    tool_choice: str | dict[str, Any] | None = "auto"
    parallel_tool_calls: bool = True
    response_format: Literal["auto"] | dict[str, Any] | None = "auto"
    reasoning_effort: ReasoningEffort | None = None

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, in whatever way."""
        return self.status in TERMINAL_STATUS

    def wire(self) -> dict[str, Any]:
        """The run as JSON; a tool has only the keys that belong to its type."""
        return self.model_dump(mode="json") | {"tools": [tool.wire() for tool in self.tools]}
