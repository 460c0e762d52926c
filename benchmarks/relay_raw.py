"""The least that relays a stream event by event: raw ASGI on uvicorn, aiohttp's client behind it.

    python benchmarks/relay_raw.py PORT URL_OF_THE_MODEL

Every event is read as JSON and written anew: what any relay does that looks at what it passes on.
Nothing is checked, stored, or kept in a state.
"""

from __future__ import annotations

import json
import sys

import aiohttp
import uvicorn
from pydantic_core import from_json, to_json

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream")],
}


def raw_relay(model_url: str):
    session: list[aiohttp.ClientSession] = []

    async def app(scope, receive, send):
        if scope["method"] == "GET":
            await send({**START, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        if not session:
            session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        asked = json.loads(body)
        async with session[0].post(f"{model_url}/chat/completions", json=asked) as answer:
            await send(START)
            async for line in answer.content:
                if line.startswith(b"data: {"):
                    delta = from_json(line[6:])["choices"][0]["delta"]
                    told = b"data: %b\n\n" % to_json({"choices": [{"index": 0, "delta": delta}]})
                    await send({"type": "http.response.body", "body": told, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    return app


def main(port: str, model_url: str) -> None:
    options = {"loop": "uvloop", "http": "httptools", "lifespan": "off", "access_log": False}
    uvicorn.run(raw_relay(model_url), port=int(port), log_level="error", **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
