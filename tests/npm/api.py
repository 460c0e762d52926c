"""OpenAI's API on loopback, as far as the npm package `openai` is asked to go in the tests."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from aiohttp import web


async def chat(request: web.Request) -> web.StreamResponse:
    body = await request.json()
    said = body["messages"][-1]["content"]
    if said == "fail":
        error = {"message": "no", "type": "invalid_request_error", "code": None, "param": None}
        return web.json_response({"error": error}, status=400)
    if not body.get("stream"):
        message = {"role": "assistant", "content": f"You said: {said}"}
        return web.json_response(completion({"message": message, "finish_reason": "stop"}))
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    for word in ("You ", "said: ", said):
        chunk = completion({"delta": {"content": word}, "finish_reason": None})
        await answer.write(f"data: {json.dumps(chunk)}\n\n".encode())
    await answer.write(b"data: [DONE]\n\n")
    return answer


def completion(choice: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "x",
        "created": 1,
        "model": "m",
        "choices": [choice | {"index": 0}],
    }


async def embeddings(request: web.Request) -> web.Response:
    texts = (await request.json())["input"]
    vectors = [base64.b64encode(struct.pack("<2f", len(text), 0.5)).decode() for text in texts]
    data = [{"object": "embedding", "index": at, "embedding": v} for at, v in enumerate(vectors)]
    return web.json_response({"object": "list", "model": "e", "data": data})


async def responses(request: web.Request) -> web.Response:
    said = (await request.json())["input"]
    content = [{"type": "output_text", "text": f"You said: {said}", "annotations": []}]
    message = {"type": "message", "id": "m", "role": "assistant", "content": content}
    return web.json_response({"id": "r", "object": "response", "output": [message]})


def application() -> web.Application:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_post("/v1/embeddings", embeddings)
    app.router.add_post("/v1/responses", responses)
    return app
