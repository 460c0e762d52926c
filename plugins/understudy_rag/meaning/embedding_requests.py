"""Requests to an embedding server, tried again where that may help, and their answers checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.embeddings import Vector
from understudy.errors import ModelError, ModelFailure
from understudy_rag.meaning.embedding_settings import ServerSettings

if TYPE_CHECKING:
    import aiohttp

_CONNECT_SECONDS: Final = 5.0
_LONGEST_PAUSE: Final = 60.0
_LONGEST_QUOTE: Final = 200
_KINDS: Final[Mapping[int, ModelFailure]] = {
    401: "auth",
    403: "auth",
    404: "not_found",
    408: "server",
    429: "rate_limit",
}


class Transient(ModelError):
    """Another try may help; the server asked to wait `pause` seconds."""

    pause: float | None = None


class _Embedding(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    embedding: Annotated[list[float], Field(min_length=1)]
    index: int | None = None


class _Answer(BaseModel):
    data: list[_Embedding]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL, with `/v1`, and its key."""

    base_url: str
    api_key: str | None = field(default=None, repr=False)

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    def quote(self, text: str) -> str:
        """A server's own words: on one line, short, without the key."""
        if self.api_key:
            text = text.replace(self.api_key, "[key]")
        return " ".join(text.split())[:_LONGEST_QUOTE]


class Requests:
    """Sends requests over connections that it keeps. For one event loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def embed(
        self, endpoint: Endpoint, body: Mapping[str, Any], settings: ServerSettings
    ) -> Sequence[Vector]:
        """The vectors of the texts in `body["input"]`, in their order. Raises `ModelError`."""
        import tenacity

        tries = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(_is_worth_it),
            stop=tenacity.stop_after_attempt(settings.max_retries + 1),
            wait=_pause,
            reraise=True,
        )
        answer: bytes = await tries(self._post, endpoint, body, settings.timeout)
        return _vectors(endpoint, answer, len(body["input"]))

    async def _post(self, endpoint: Endpoint, body: Mapping[str, Any], seconds: float) -> bytes:
        import aiohttp

        key = endpoint.api_key
        try:
            async with self._opened().post(
                f"{endpoint.base_url}/embeddings",
                json=body,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=aiohttp.ClientTimeout(seconds, connect=_CONNECT_SECONDS),
                proxy=_proxy(endpoint),
            ) as response:
                content = await response.read()
        except TimeoutError:
            raise _transient(endpoint, f"no answer in {seconds:g} seconds", "timeout") from None
        except (aiohttp.ClientError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise _transient(endpoint, f"nothing answers ({reason})", "unreachable") from None
        if response.status != 200:
            raise _refused(endpoint, response, content)
        return content

    def _opened(self) -> aiohttp.ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), headers={"User-Agent": "understudy"}
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await asyncio.sleep(0)  # aiohttp closes its transports in the next round of the loop


def _vectors(endpoint: Endpoint, content: bytes, number: int) -> list[list[float]]:
    try:
        data = _Answer.model_validate_json(content).data
    except ValidationError:
        raise _broken(endpoint, "what came is no list of embeddings") from None
    if all(each.index is not None for each in data):
        data.sort(key=lambda each: each.index or 0)
    if len(data) != number or len({len(each.embedding) for each in data}) != 1:
        raise _broken(endpoint, f"{len(data)} embeddings came for {number} texts")
    return [each.embedding for each in data]


def _broken(endpoint: Endpoint, what: str) -> ModelError:
    hint = "Is it a server with OpenAI's /v1/embeddings?"
    return ModelError(f"{endpoint.base_url}: {what}.", kind="broken", hint=hint)


def _transient(endpoint: Endpoint, what: str, kind: ModelFailure) -> Transient:
    hint = "Start the embedding server, or correct embeddings.json."
    return Transient(f"{endpoint.base_url}: {what}.", kind=kind, hint=hint)


def _refused(endpoint: Endpoint, response: aiohttp.ClientResponse, content: bytes) -> ModelError:
    status = response.status
    words = endpoint.quote(content.decode(errors="replace"))
    message = f"{endpoint.base_url} answered {status}: {words or response.reason or 'no words'}"
    if status >= 500 or status in (408, 429):
        error = Transient(message, kind=_KINDS.get(status, "server"), status=status)
        error.pause = _seconds(response.headers.get("Retry-After"))
        return error
    return ModelError(message, kind=_KINDS.get(status, "refused"), status=status)


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text or ""))
    except ValueError:
        return None


def _is_worth_it(error: BaseException) -> bool:
    return isinstance(error, Transient) and (error.pause or 0.0) <= _LONGEST_PAUSE


def _pause(state: Any) -> float:
    import tenacity

    error = state.outcome.exception()
    if isinstance(error, Transient) and error.pause is not None:
        return error.pause
    return tenacity.wait_random_exponential(multiplier=0.5, max=8)(state)


def _proxy(endpoint: Endpoint) -> str | None:
    """The environment's proxy; aiohttp's own `trust_env` would ask it for loopback too."""
    if endpoint.is_loopback:
        return None
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(endpoint.base_url)
    proxy = getproxies().get(parts.scheme)
    return None if proxy is None or proxy_bypass(parts.hostname or "") else proxy
