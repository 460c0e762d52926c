"""A relay as most people write it: FastAPI and OpenAI's SDK. Runs in an environment of its own.

    python fastapi_openai.py PORT URL_OF_THE_MODEL ASSISTANT

It passes chat completions through, and sends the assistant, a pydantic model that is validated
once, for every GET.
"""

import json
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI
from pydantic import BaseModel


class Assistant(BaseModel):
    id: str
    object: str
    created_at: int
    name: str | None
    description: str | None
    model: str | None
    instructions: str | None
    tools: list[dict[str, Any]]
    tool_resources: dict[str, Any] | None
    metadata: dict[str, str]
    temperature: float | None
    top_p: float | None
    response_format: str | dict[str, Any] | None


class Chat(BaseModel):
    model: str
    messages: list[dict[str, Any]]
    stream: bool = False


def create_app(model_url: str, assistant: Assistant) -> FastAPI:
    app = FastAPI()
    client = AsyncOpenAI(base_url=model_url, api_key="k")

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/assistants/{assistant_id}")
    async def get(assistant_id: str) -> Assistant:
        return assistant

    @app.post("/v1/chat/completions")
    async def chat(body: Chat) -> StreamingResponse:
        stream = await client.chat.completions.create(**body.model_dump())
        return StreamingResponse(events(stream), media_type="text/event-stream")

    async def events(stream):
        async for chunk in stream:
            yield f"data: {chunk.model_dump_json()}\n\n"
        yield "data: [DONE]\n\n"

    return app


if __name__ == "__main__":
    port, model_url, assistant = sys.argv[1:]
    app = create_app(model_url, Assistant(**json.loads(assistant)))
    uvicorn.run(app, port=int(port), log_level="error", access_log=False)
