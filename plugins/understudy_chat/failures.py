"""Failures without an answer, or with half of one, as a `ModelError` that says what to do."""

from __future__ import annotations

import os
import socket

from understudy.errors import ModelError, ModelFailure
from understudy_chat.endpoint import Endpoint


class TransientError(ModelError):
    """A failure that another try may mend; the server asked to wait `retry_after` seconds."""

    def __init__(
        self,
        message: str,
        *,
        kind: ModelFailure,
        status: int | None = None,
        hint: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, kind=kind, status=status, hint=hint)
        self.retry_after = retry_after


def broken(endpoint: Endpoint, what: str) -> ModelError:
    """The stream ended early, or was not chat completions."""
    return ModelError(
        f"{endpoint.base_url}: {endpoint.quote(what)}.",
        kind="broken",
        hint="Try again; if it stays so, look at the server's own log.",
    )


def interrupted(endpoint: Endpoint, error: Exception, patience: float) -> ModelError:
    """The connection failed while the answer was arriving."""
    if isinstance(error, TimeoutError):
        return _silent(endpoint, patience)
    return broken(endpoint, "the connection broke in the middle of the answer")


def unanswered(endpoint: Endpoint, error: Exception, patience: float) -> ModelError:
    """The connection failed before there was an answer."""
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return TransientError(
            f"{endpoint.base_url} accepts no connection.",
            kind="timeout",
            hint=_unreachable_hint(endpoint),
        )
    if isinstance(error, TimeoutError):
        return _silent(endpoint, patience)
    if isinstance(
        error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError | aiohttp.InvalidURL
    ):
        return _unreachable(endpoint, error)
    if isinstance(error, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError):
        what = "the server closed the connection without an answer"
        return TransientError(
            f"{endpoint.base_url}: {what}.", kind="broken", hint="Look at the server's own log."
        )
    return ModelError(
        f"{endpoint.base_url}: what answers there does not speak HTTP as it should.",
        kind="broken",
        hint=f"Correct {endpoint.setting}.",
    )


def _unreachable(endpoint: Endpoint, error: Exception) -> ModelError:
    import aiohttp

    message = f"nothing answers at {endpoint.base_url}: {endpoint.quote(_reason(error))}."
    if not isinstance(error, aiohttp.ClientConnectorError) or isinstance(
        error, aiohttp.ClientSSLError
    ):
        hint = "Check the address, the certificate and the proxy."
        return ModelError(message, kind="unreachable", hint=hint)
    return TransientError(message, kind="unreachable", hint=_unreachable_hint(endpoint))


def _reason(error: Exception) -> str:
    cause = getattr(error, "os_error", None) or error
    if isinstance(cause, OSError) and cause.errno and not isinstance(cause, socket.gaierror):
        return os.strerror(cause.errno)  # asyncio's own words repeat the address
    return (getattr(cause, "strerror", None) or str(cause)).rstrip(".")


def _silent(endpoint: Endpoint, patience: float) -> ModelError:
    return ModelError(
        f"{endpoint.base_url} sent nothing for {patience:g} seconds.",
        kind="timeout",
        hint="A large model may need longer: set `timeout` (seconds) in the `settings` of "
        "model.json.",
    )


def _unreachable_hint(endpoint: Endpoint) -> str:
    if endpoint.origin == "local":
        return f"Start {endpoint.name} again."
    if endpoint.base_url.startswith("https://"):
        return "Check the connection to the internet, and HTTPS_PROXY if you need a proxy."
    return f"Start the server there, or correct {endpoint.setting}."


# -- no model


def nothing_found() -> ModelError:
    """No endpoint is configured and no local server runs."""
    return ModelError(
        "no model can be reached: none is configured, and no local server was found.",
        kind="unreachable",
        hint="Install Ollama and run `ollama pull llama3.2`, or set OPENAI_API_KEY, or set "
        "OPENAI_BASE_URL to any server with OpenAI's API. The assistants `math-tutor` and "
        "`librarian` work without a model.",
    )


def not_running(name: str, port: int) -> ModelError:
    """The local server that was asked for by name does not run."""
    return ModelError(
        f"{name} does not answer on port {port} of this machine.",
        kind="unreachable",
        hint=f"Start {name} and its server, or set `base_url` in the `settings` of model.json.",
    )


def no_model(endpoint: Endpoint) -> ModelError:
    """The server has no model that chats, and none was named."""
    if endpoint.name == "Ollama":
        hint = "Get one with `ollama pull llama3.2`."
    else:
        hint = "Load one there, or name it: `model` in assistant.json, or UNDERSTUDY_MODEL."
    return ModelError(
        f"{endpoint.base_url} offers no model for chats, and none was named.",
        kind="not_found",
        hint=hint,
    )
