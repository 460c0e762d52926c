"""The least that can be written in ASGI, on uvicorn, uvloop and httptools: the floor.

It sends the same bytes for every GET. A POST is read as JSON, appended to a file, made durable and
sent back.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys


def raw_app(answer: bytes, log: str):
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    head = [(b"content-type", b"application/json")]

    async def app(scope, receive, send):
        body = answer
        if scope["method"] == "POST":
            message = json.loads((await receive())["body"])
            body = json.dumps(message).encode()
            await asyncio.to_thread(write, body + b"\n")
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [*head, length]})
        await send({"type": "http.response.body", "body": body})

    def write(line):
        os.write(file, line)
        os.fsync(file)

    return app


def main(port: str, answer: str, log: str) -> None:
    import uvicorn

    options = {"loop": "uvloop", "http": "httptools", "lifespan": "off", "access_log": False}
    uvicorn.run(raw_app(answer.encode(), log), port=int(port), log_level="error", **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
