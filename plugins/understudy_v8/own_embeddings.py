"""OpenAI's embeddings in the words of the effect `embed`, and back.

The format is that of https://platform.openai.com/docs/api-reference/embeddings. Who embeds a
question sends a text, who embeds documents a list: some models are told which it is.
"""

from __future__ import annotations

import base64
import struct
from typing import Any, Final

from understudy.errors import Invalid
from understudy.runs.run import Run

JSON = dict[str, Any]
PATH: Final = "/v1/embeddings"
_USAGE: Final = {"prompt_tokens": 0, "total_tokens": 0}
"""Embedders do not count tokens."""


async def answer(run: Run, body: JSON) -> JSON:
    """The whole answer. Raises `UnderstudyError`."""
    encoding = body.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        what = "Invalid 'encoding_format': it is `float` or `base64`."
        raise Invalid(what, param="encoding_format")
    made = await run.effect("embed", _asked(body))
    data = [
        {"object": "embedding", "index": index, "embedding": _shown(vector, encoding)}
        for index, vector in enumerate(made["vectors"])
    ]
    return {"object": "list", "data": data, "model": made["model"], "usage": _USAGE}


def _asked(body: JSON) -> JSON:
    given = body.get("input")
    if given in ("", None):
        raise Invalid("Invalid 'input': it must be a text, or a list of texts.", param="input")
    text = isinstance(given, str)
    asked: JSON = {"input": [given] if text else given, "purpose": "query" if text else "passage"}
    more = {name: body[name] for name in ("model", "dimensions") if body.get(name) is not None}
    return asked | more


def _shown(vector: str, encoding: str) -> str | list[float]:
    if encoding == "base64":
        return vector
    packed = base64.b64decode(vector)
    return list(struct.unpack(f"<{len(packed) // 4}f", packed))
