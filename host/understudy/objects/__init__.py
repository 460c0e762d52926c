"""The objects that are stored and sent: OpenAI's, as pydantic models that keep unknown fields."""

from understudy.objects.assistant import Assistant, AssistantFields, FunctionDefinition, ToolEntry
from understudy.objects.attribute_filter import AttributeFilter
from understudy.objects.file import File, Purpose
from understudy.objects.ids import new_id
from understudy.objects.message import (
    Attachment,
    ContentPart,
    ImageFilePart,
    ImageURLPart,
    Message,
    OtherPart,
    RefusalPart,
    TextPart,
    ToolCallsPart,
)
from understudy.objects.object import Metadata, Object, validated
from understudy.objects.ranking_options import RankingOptions
from understudy.objects.run import (
    CallOptions,
    Run,
    RunOptions,
    RunStatus,
    TruncationStrategy,
    Usage,
)
from understudy.objects.step import RunStep
from understudy.objects.stream import EVENTS, MessageDelta, RunStepDelta, StreamError
from understudy.objects.thread import Thread
from understudy.objects.vector_store import (
    Attributes,
    Chunking,
    ExpiresAfter,
    FileBatch,
    FileStatus,
    NewFile,
    SearchResult,
    VectorStore,
    VectorStoreFile,
)

__all__ = [
    "EVENTS",
    "Assistant",
    "AssistantFields",
    "Attachment",
    "AttributeFilter",
    "Attributes",
    "CallOptions",
    "Chunking",
    "ContentPart",
    "ExpiresAfter",
    "File",
    "FileBatch",
    "FileStatus",
    "FunctionDefinition",
    "ImageFilePart",
    "ImageURLPart",
    "Message",
    "MessageDelta",
    "Metadata",
    "NewFile",
    "Object",
    "OtherPart",
    "Purpose",
    "RankingOptions",
    "RefusalPart",
    "Run",
    "RunOptions",
    "RunStatus",
    "RunStep",
    "RunStepDelta",
    "SearchResult",
    "StreamError",
    "TextPart",
    "Thread",
    "ToolCallsPart",
    "ToolEntry",
    "TruncationStrategy",
    "Usage",
    "VectorStore",
    "VectorStoreFile",
    "new_id",
    "validated",
]
