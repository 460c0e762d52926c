"""The words of the document: the same as in OpenAI's own, field by field."""

from __future__ import annotations

import pytest

OPENAI = {
    "Run.object": "thread.run",
    "Run.status": "queued in_progress requires_action cancelling cancelled failed completed "
    "incomplete expired",
    "Run.required_action.type": "submit_tool_outputs",
    "Run.required_action.submit_tool_outputs.tool_calls.type": "function",
    "Run.last_error.code": "server_error rate_limit_exceeded invalid_prompt",
    "Run.incomplete_details.reason": "max_completion_tokens max_prompt_tokens",
    "Run.truncation_strategy.type": "auto last_messages",
    "RunStep.object": "thread.run.step",
    "RunStep.type": "message_creation tool_calls",
    "RunStep.status": "in_progress cancelled failed completed expired",
    "RunStep.last_error.code": "server_error rate_limit_exceeded",
    "Message.object": "thread.message",
    "Message.status": "in_progress incomplete completed",
    "Message.role": "user assistant",
    "Message.incomplete_details.reason": "content_filter max_tokens run_cancelled run_expired "
    "run_failed",
    "Thread.object": "thread",
    "Assistant.object": "assistant",
    "File.object": "file",
    "File.purpose": "assistants assistants_output batch batch_output fine-tune fine-tune-results "
    "vision user_data",
    "File.status": "uploaded processed error",
    "VectorStore.object": "vector_store",
    "VectorStore.status": "expired in_progress completed",
    "VectorStore.expires_after.anchor": "last_active_at",
    "VectorStoreFile.object": "vector_store.file",
    "VectorStoreFile.status": "in_progress completed cancelled failed",
    "VectorStoreFile.last_error.code": "server_error unsupported_file invalid_file",
    "FileBatch.object": "vector_store.files_batch",
    "FileBatch.status": "in_progress completed cancelled failed",
    "SearchResults.object": "vector_store.search_results.page",
    "SearchResults.data.content.type": "text",
    "FileContent.object": "vector_store.file_content.page",
    "CreateAssistant.reasoning_effort": "none minimal low medium high xhigh max",
    "CreateAssistant.response_format": "auto",
    "CreateAssistant.response_format.type": "text json_object json_schema",
    "CreateMessage.role": "user assistant",
    "CreateMessage.content.type": "text image_url image_file",
    "CreateMessage.content.image_url.detail": "auto low high",
    "CreateMessage.content.image_file.detail": "auto low high",
    "CreateMessage.attachments.tools.type": "code_interpreter file_search",
    "CreateRun.reasoning_effort": "none minimal low medium high xhigh max",
    "CreateRun.response_format": "auto",
    "CreateRun.response_format.type": "text json_object json_schema",
    "CreateRun.tool_choice": "none auto required",
    "CreateRun.tool_choice.type": "function code_interpreter file_search",
    "CreateRun.truncation_strategy.type": "auto last_messages",
    "CreateRun.additional_messages.role": "user assistant",
    "Upload.purpose": "assistants batch fine-tune vision user_data evals",
    "Upload.expires_after.anchor": "created_at",
    "CreateVectorStore.expires_after.anchor": "last_active_at",
    "CreateVectorStore.chunking_strategy.type": "auto static",
    "SearchVectorStore.filters.type": "eq ne gt gte lt lte in nin and or",
}


@pytest.fixture(scope="module")
def schemas(shared_server):
    return shared_server.get("//openapi.json").json()["components"]["schemas"]


def variants(schemas, schema):
    """A schema, or all those that it may be: branches, items, references."""
    if "$ref" in schema:
        return variants(schemas, schemas[schema["$ref"].rpartition("/")[2]])
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if branches:
        return [one for branch in branches for one in variants(schemas, branch)]
    return variants(schemas, schema["items"]) if "items" in schema else [schema]


def words(schemas, place):
    name, *fields = place.split(".")
    found = variants(schemas, schemas[name])
    for field in fields:
        found = [
            inner
            for schema in found
            if field in schema.get("properties", ())
            for inner in variants(schemas, schema["properties"][field])
        ]
    return {
        word
        for schema in found
        for word in schema.get("enum", [schema["const"]] if "const" in schema else [])
    }


@pytest.mark.parametrize("place", OPENAI)
def test_a_field_has_the_words_that_openai_s_document_has(schemas, place):
    assert words(schemas, place) == set(OPENAI[place].split())
