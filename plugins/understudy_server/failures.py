"""Errors as OpenAI words them: `{"error": {"message", "type", "param", "code"}}`.

The SDKs repeat 408, 409, 429 and 5xx by themselves, so a client's mistake is never one of those.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from understudy import Conflict, Invalid, ModelError, NotFound, StoreError, UnderstudyError
from understudy_server.answers import Error, ErrorBody, ErrorType

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
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.headers = headers or {}


def failure(error: Exception) -> Response:
    """The answer to a request that failed."""
    match error:
        case Refused():
            return _refusal(error)
        case NotFound() | Conflict():
            return error_response(404 if isinstance(error, NotFound) else 400, str(error))
        case Invalid():
            message = f"{error} {error.hint}" if error.hint else str(error)
            return error_response(400, message, param=error.param)
        case HTTPException():  # a form that cannot be parsed
            return error_response(error.status_code, error.detail)
        case ModelError():
            return error_response(_MODEL_STATUS.get(error.kind, 502), str(error))
    return _own_failure(error)


def _refusal(error: Refused) -> Response:
    response = error_response(error.status, str(error), param=error.param, code=error.code)
    response.headers.update(error.headers)
    return response


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
    kind: ErrorType = "invalid_request_error",
) -> Response:
    """An error in OpenAI's shape."""
    body = ErrorBody(error=Error(message=message, type=kind, param=param, code=code))
    return Response(json.dumps(body.model_dump()), status, media_type="application/json")
