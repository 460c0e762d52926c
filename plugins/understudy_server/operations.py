"""What each operation takes and gives. The document at /openapi.json is made of this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import Field

from understudy.objects import (
    Assistant,
    File,
    FileBatch,
    Message,
    NewFile,
    Run,
    RunStep,
    Thread,
    VectorStore,
    VectorStoreFile,
)
from understudy_server.answers import AnyObject, Deleted, FileContent, ListOf, SearchResults
from understudy_server.doors.chat_request import CreateChatCompletion
from understudy_server.doors.response_request import CreateResponse
from understudy_server.included import IncludeQuery
from understudy_server.operation import Operation
from understudy_server.paging import (
    EventsQuery,
    FilesQuery,
    MessagesQuery,
    PageQuery,
)
from understudy_server.requests import (
    CreateAssistant,
    CreateFile,
    CreateMessage,
    CreateRun,
    CreateThread,
    CreateThreadAndRun,
    ModifyAssistant,
    ModifyMetadata,
    ModifyThread,
    SubmitToolOutputs,
)
from understudy_server.routes.assistants import AssistantRoutes
from understudy_server.routes.chat import ChatRoutes
from understudy_server.routes.conversations import (
    ConversationRoutes,
    CreateConversation,
    CreateItems,
    ModifyConversation,
)
from understudy_server.routes.export import ExportQuery, ExportRoutes
from understudy_server.routes.files import FileRoutes
from understudy_server.routes.models import ModelRoutes
from understudy_server.routes.responses import ResponseRoutes
from understudy_server.routes.runs import RunRoutes
from understudy_server.routes.search import SearchQuery, SearchRoutes
from understudy_server.routes.threads import MessageRoutes, ThreadRoutes
from understudy_server.routes.vector_stores import (
    FileBatchRoutes,
    VectorStoreFileRoutes,
    VectorStoreRoutes,
)
from understudy_server.vector_requests import (
    CreateBatch,
    CreateVectorStore,
    ModifyAttributes,
    ModifyVectorStore,
    SearchVectorStore,
    StateQuery,
)

EXPORTS: Final = ("application/jsonl", "text/markdown")
PAGE: Final = (PageQuery,)
POET: Final = {"model": "*", "name": "Poet", "instructions": "Answer in rhyme."}
HELLO: Final = {"role": "user", "content": "How are you?"}
RUN: Final = {"assistant_id": "math-tutor"}
GONE: Final = Operation(answer=Deleted)
ANY: Final = Operation(answer=AnyObject)


class Upload(CreateFile):
    """A form: the fields, and the file, which is never read into a model."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


OPERATIONS: Final[dict[Callable[..., Any], Operation]] = {
    AssistantRoutes.create: Operation(CreateAssistant, Assistant, example=POET),
    AssistantRoutes.page: Operation(answer=ListOf[Assistant], query=PAGE),
    AssistantRoutes.get: Operation(answer=Assistant),
    AssistantRoutes.modify: Operation(ModifyAssistant, Assistant),
    AssistantRoutes.delete: GONE,
    ThreadRoutes.create: Operation(CreateThread, Thread, needs_body=False),
    ThreadRoutes.page: Operation(answer=ListOf[Thread], query=PAGE),
    ThreadRoutes.get: Operation(answer=Thread),
    ThreadRoutes.modify: Operation(ModifyThread, Thread),
    ThreadRoutes.delete: GONE,
    MessageRoutes.create: Operation(CreateMessage, Message, example=HELLO),
    MessageRoutes.page: Operation(answer=ListOf[Message], query=(MessagesQuery,)),
    MessageRoutes.get: Operation(answer=Message),
    MessageRoutes.modify: Operation(ModifyMetadata, Message),
    MessageRoutes.delete: GONE,
    RunRoutes.create: Operation(CreateRun, Run, (IncludeQuery,), streams=True, example=RUN),
    RunRoutes.create_with_thread: Operation(CreateThreadAndRun, Run, streams=True, example=RUN),
    RunRoutes.page: Operation(answer=ListOf[Run], query=PAGE),
    RunRoutes.get: Operation(answer=Run),
    RunRoutes.modify: Operation(ModifyMetadata, Run),
    RunRoutes.cancel: Operation(answer=Run),
    RunRoutes.submit: Operation(SubmitToolOutputs, Run, streams=True),
    RunRoutes.events: Operation(query=(EventsQuery,), streams=True),
    RunRoutes.steps: Operation(answer=ListOf[RunStep], query=(PageQuery, IncludeQuery)),
    RunRoutes.step: Operation(answer=RunStep, query=(IncludeQuery,)),
    FileRoutes.create: Operation(Upload, File, uploads=True),
    FileRoutes.page: Operation(answer=ListOf[File], query=(FilesQuery,)),
    FileRoutes.get: Operation(answer=File),
    FileRoutes.delete: GONE,
    FileRoutes.content: Operation(media=("application/octet-stream",)),
    VectorStoreRoutes.create: Operation(CreateVectorStore, VectorStore, needs_body=False),
    VectorStoreRoutes.page: Operation(answer=ListOf[VectorStore], query=PAGE),
    VectorStoreRoutes.get: Operation(answer=VectorStore),
    VectorStoreRoutes.modify: Operation(ModifyVectorStore, VectorStore),
    VectorStoreRoutes.delete: GONE,
    VectorStoreRoutes.search: Operation(SearchVectorStore, SearchResults),
    VectorStoreFileRoutes.add: Operation(NewFile, VectorStoreFile),
    VectorStoreFileRoutes.page: Operation(answer=ListOf[VectorStoreFile], query=(StateQuery,)),
    VectorStoreFileRoutes.get: Operation(answer=VectorStoreFile),
    VectorStoreFileRoutes.modify: Operation(ModifyAttributes, VectorStoreFile),
    VectorStoreFileRoutes.remove: GONE,
    VectorStoreFileRoutes.content: Operation(answer=FileContent),
    FileBatchRoutes.create: Operation(CreateBatch, FileBatch),
    FileBatchRoutes.get: Operation(answer=FileBatch),
    FileBatchRoutes.cancel: Operation(answer=FileBatch),
    FileBatchRoutes.page: Operation(answer=ListOf[VectorStoreFile], query=(StateQuery,)),
    SearchRoutes.search: Operation(answer=AnyObject, query=(SearchQuery,)),
    ExportRoutes.export: Operation(query=(ExportQuery,), media=EXPORTS),
    ExportRoutes.take_in: Operation(answer=Thread, lines=True),
    ModelRoutes.page: ANY,
    ModelRoutes.get: ANY,
    ChatRoutes.create: Operation(CreateChatCompletion, AnyObject, streams=True),
    ResponseRoutes.create: Operation(CreateResponse, AnyObject, streams=True),
    ResponseRoutes.get: Operation(answer=AnyObject, streams=True),
    ResponseRoutes.delete: ANY,
    ResponseRoutes.cancel: ANY,
    ResponseRoutes.input_items: Operation(answer=AnyObject, query=PAGE),
    ConversationRoutes.create: Operation(CreateConversation, AnyObject, needs_body=False),
    ConversationRoutes.get: ANY,
    ConversationRoutes.modify: Operation(ModifyConversation, AnyObject),
    ConversationRoutes.delete: ANY,
    ConversationRoutes.add: Operation(CreateItems, AnyObject),
    ConversationRoutes.items: Operation(answer=AnyObject, query=PAGE),
    ConversationRoutes.item: ANY,
    ConversationRoutes.remove: ANY,
}
