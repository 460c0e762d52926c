"""An endpoint: where chat completions are asked for, and with which key."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from understudy.errors import ModelError
from understudy_chat.settings import Settings, check_secret, resolve_secret

OPENAI: Final = "https://api.openai.com/v1"
Origin = Literal["settings", "environment", "openai", "local"]

_LONGEST_QUOTE = 300
_LOOKS_SECRET = re.compile(r"\bsk-[\w*.-]{6,}|(?<=\bBearer )\S+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL (with `/v1`), its key, and where we have it from; `name`: of a local server."""

    base_url: str
    api_key: str | None = field(default=None, repr=False)
    origin: Origin = "settings"
    name: str = ""

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def setting(self) -> str:
        """What a person changes to ask another endpoint."""
        return "OPENAI_BASE_URL" if self.origin == "environment" else "`base_url` in model.json"

    @property
    def key_setting(self) -> str:
        """What a person changes to send another key."""
        if self.origin in ("environment", "openai"):
            return "OPENAI_API_KEY"
        return '`"api_key": {"$env": "NAME"}` in the `settings` of model.json'

    def quote(self, text: str) -> str:
        """A server's own words for an error message: on one line, short, without the key."""
        if self.api_key:
            text = text.replace(self.api_key, "[key]")
        line = _LOOKS_SECRET.sub("[key]", " ".join(text.split()))
        return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def configured_endpoint(settings: Settings) -> Endpoint | None:
    """The endpoint of the settings, else of the environment, else None. Raises `ModelError`."""
    own_key = resolve_secret(settings.api_key, "api_key")
    if settings.base_url:
        base_url = normalise(settings.base_url, "`base_url` in the model's settings")
        return Endpoint(base_url, own_key or _environment_key_for(base_url))
    if environment_url := _environment_url():
        return Endpoint(environment_url, own_key or _environment_key(), "environment")
    if own_key:
        return Endpoint(OPENAI, own_key)
    if key := _environment_key():
        return Endpoint(OPENAI, key, "openai")
    return None


def normalise(url: str, origin: str) -> str:
    """The URL without a slash at its end; `/v1` is put to one without a path, `http://` before one
    without a scheme. Raises `ModelError`.
    """
    text = url.strip()
    text = (text if "://" in text else f"http://{text}").rstrip("/")
    if not _is_address(text):
        raise ModelError(
            f"{origin} is not the address of a model server.",
            kind="unreachable",
            hint="It looks like `http://127.0.0.1:11434/v1`, without name, password and query; "
            "a key belongs in `api_key`.",
        )
    return text if urlsplit(text).path else f"{text}/v1"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        surplus = parts.query or parts.fragment or "@" in parts.netloc
        known = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        return False
    return known and bool(host) and not surplus and text.isprintable() and " " not in text


def _environment_url() -> str | None:
    url = os.environ.get("OPENAI_BASE_URL", "").strip()
    return normalise(url, "the environment variable OPENAI_BASE_URL") if url else None


def _environment_key_for(base_url: str) -> str | None:
    # The environment's key goes to the environment's endpoint only: an assistant that was cloned
    # from somewhere must not be able to have it sent elsewhere.
    return _environment_key() if base_url == (_environment_url() or OPENAI) else None


def _environment_key() -> str | None:
    key = os.environ.get("OPENAI_API_KEY", "")
    return check_secret(key, "the environment variable OPENAI_API_KEY")
