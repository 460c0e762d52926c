"""Errors as OpenAI words them: `{"error": {"message", "type", "param", "code"}}`.

The SDKs repeat 408, 409, 429 and 5xx by themselves, so a client's mistake is never one of those.
"""

from __future__ import annotations

import json
import logging
from typing import Final

from starlette.responses import Response

from understudy import Conflict, Invalid, ModelError, NotFound, StoreError, UnderstudyError

_log = logging.getLogger("understudy.server")
_STORE_STATUS: Final = {"full": 507, "readonly": 500, "damaged": 500, "io": 500}
_MODEL_STATUS: Final = {"rate_limit": 429, "refused": 400, "not_found": 404}
_HIDDEN: Final = "The server had an error while processing your request."


class Refused(UnderstudyError):
    """A request that is refused before it reaches the host. `code` is OpenAI's."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code


def failure(error: Exception) -> Response:
    """The answer to a request that failed."""
    if isinstance(error, Refused):
        return error_response(error.status, str(error), param=error.param, code=error.code)
    if isinstance(error, NotFound):
        return error_response(404, str(error))
    if isinstance(error, Invalid):
        return error_response(400, str(error), param=error.param)
    if isinstance(error, Conflict):
        return error_response(400, str(error))
    if isinstance(error, ModelError):
        return error_response(_MODEL_STATUS.get(error.kind, 502), str(error))
    return _own_failure(error)


def _own_failure(error: Exception) -> Response:
    _log.error("A request failed.", exc_info=error)
    if isinstance(error, StoreError):
        message = "The disk is full." if error.kind == "full" else "The store cannot be used now."
        return error_response(_STORE_STATUS[error.kind], message, kind="server_error")
    if isinstance(error, UnderstudyError):
        return error_response(500, str(error), kind="server_error")
    return error_response(500, _HIDDEN, kind="server_error")


def error_response(
    status: int,
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
    kind: str = "invalid_request_error",
) -> Response:
    """An error in OpenAI's shape."""
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return Response(json.dumps(body), status, media_type="application/json")
