"""How an assistant stands: where it comes from, what it asks for, what it has been allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from understudy.errors import NotAllowed
from understudy.permissions.grant import NOTHING, Grant
from understudy.permissions.hosts import Hosts

State = Literal["builtin", "own", "trusted", "allowed", "denied", "changed", "new", "gone"]
"""`builtin` and `own` (made here) are trusted whatever is in them. `trusted`, `allowed` and
`denied` are decisions about this very content, `changed` is one about another. `new`: there is
none. `gone`: the assistant is no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`grant` is what holds now. `changes` are the files that differ from what was decided on."""

    assistant_id: str
    state: State = "new"
    asked: Grant = NOTHING
    grant: Grant = NOTHING
    changes: tuple[str, ...] = ()
    before: Grant = field(default=NOTHING)
    """What had been allowed before the content changed."""

    @property
    def is_open(self) -> bool:
        """Whether it asks for something that the user has neither allowed nor denied."""
        return self.state in ("new", "changed") and not self.asked.is_empty

    @property
    def is_ours(self) -> bool:
        """Whether it is trusted for where it comes from."""
        return self.state in ("builtin", "own")

    @property
    def command(self) -> str:
        """What the user types to allow it."""
        return f"understudy trust {self.assistant_id}"

    # -- refusals

    def refuse_host(self, host: str, port: int) -> NotAllowed:
        """The error of a host that has not been allowed."""
        shown = f"[{host}]" if ":" in host else host
        shown = shown if port in (80, 443) else f"{shown}:{port}"
        asked = Hosts(self.asked.net).allow(host, port)
        return self.refusal(f"connect to {shown}", asked, f'"net": ["{shown}"]')

    def require_files(self, wanted: Literal["read", "write"]) -> None:
        """Raise `NotAllowed` unless it may read, or write, files of its own folder."""
        if self.grant.files not in (wanted, "write"):
            asked = self.asked.files in (wanted, "write")
            raise self.refusal(f"{wanted} files in its folder", asked, f'"files": "{wanted}"')

    def require_process(self) -> None:
        """Raise `NotAllowed` unless it may run its src/process.js."""
        if not self.grant.process:
            raise self.refusal("run src/process.js", self.asked.process, '"process": true')

    def require_secrets(self, secrets: tuple[str, ...]) -> None:
        """Raise `NotAllowed` unless each of these may be sent where it says.

        Trusted ones too: a thread can name a secret and a server, and may be anybody's.
        """
        for secret in secrets:
            if secret not in self.asked.secrets:
                raise NotAllowed(
                    f"The assistant `{self.assistant_id}` may not have sent {secret}: "
                    "its own settings do not say so."
                )
            if secret not in self.grant.secrets:
                raise self.refusal(f"have sent {secret}", True, "")

    def refusal(self, what: str, is_asked: bool, entry: str) -> NotAllowed:
        """The error of something that has not been allowed: why, and what to do.

        All of it is in the message: code that passes the error on keeps no hint.
        """
        return NotAllowed(
            f"The assistant `{self.assistant_id}` may not {what}: {self._why(is_asked, entry)}"
        )

    def _why(self, is_asked: bool, entry: str) -> str:
        if not is_asked:
            return f'its package.json does not ask for it. Add {entry} to its "permissions".'
        if self.state == "denied":
            return f"you have denied it. `{self.command}` allows it after all."
        if self.state == "changed":
            return f"it has changed since that was decided. `{self.command}` shows what, and asks."
        return f"nobody has allowed it yet. `{self.command}` shows what it asks for, and asks."


def in_words(grant: Grant) -> Iterator[str]:
    """What a grant allows, one line for each thing, behind "it may"."""
    for host in grant.net:
        yield "connect to any host of the internet" if host == "*" else f"connect to {host}"
    if grant.files:
        verb = "read and write" if grant.files == "write" else "read"
        yield f"{verb} files in its own folder"
    if grant.process:
        yield "run its src/process.js as a program of its own"
    for name in grant.env:
        yield f"see the environment variable {name}"
    for secret in grant.secrets:
        yield f"have sent {secret}"
