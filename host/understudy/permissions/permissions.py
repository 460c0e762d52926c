"""The permissions of a data root's assistants: looked up, given, denied, taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath

from understudy.errors import Conflict, Invalid, NotFound
from understudy.folder import AssistantFolder
from understudy.folder.asked import asked_by
from understudy.permissions.digests import Digests, changes, digests
from understudy.permissions.grant import NOTHING, Grant
from understudy.permissions.ledger import Allowed, Decision, Ledger, inode
from understudy.permissions.standing import Standing
from understudy.store import Store

_LOCK = ("permissions", "change")


class Permissions:
    """What the assistants of one data root may do.

    Built-in assistants and those that were made here are trusted, whatever is in them. For all
    others a decision is about the content that the user was shown.
    """

    def __init__(self, root: FilePath, store: Store, builtin: FilePath) -> None:
        self._store = store
        self._builtin = builtin
        self._ledger = Ledger(root)

    @property
    def mark(self) -> object:
        """Something that changes when a decision is made, also by another process."""
        return self._ledger.mark

    async def standing(self, folder: AssistantFolder) -> Standing:
        """How an assistant stands."""
        asked = asked_by(folder)
        if folder.path is not None and folder.path.parent == self._builtin:
            return Standing(folder.id, "builtin", asked, replace(asked, trusted=True))
        decision = self._ledger.decisions().get(folder.id)
        if decision is None:
            return Standing(folder.id, "new", asked)
        if decision.state == "own":
            return _own(folder, asked, decision)
        return _decided(folder.id, asked, decision, await _content(folder))

    def decided(self) -> Mapping[str, Decision]:
        """All decisions by assistant, also about assistants that are gone."""
        return self._ledger.decisions()

    async def allow(self, folder: AssistantFolder, *, trusted: bool) -> Standing:
        """Allow what it asks for. `trusted`: its code may run in this process, too.

        Raises `Invalid` (its files cannot be checked), `StoreError`.
        """
        decision = Decision(
            state="trusted" if trusted else "allowed",
            permissions=Allowed.of(asked_by(folder)),
            content=dict(await _content(folder)),
        )
        return await self._decide(folder, decision)

    async def deny(self, folder: AssistantFolder) -> Standing:
        """Remember that what it asks for is not allowed, until its content changes."""
        decision = Decision(state="denied", content=dict(await _content(folder)))
        return await self._decide(folder, decision)

    async def adopt(self, assistant_id: str, folder: FilePath) -> None:
        """Remember that an assistant was made here: its author is the user."""
        await self._change(assistant_id, Decision(state="own", folder=inode(folder)))

    async def revoke(self, assistant_id: str) -> None:
        """Forget what was decided. Raises `NotFound`, or `Conflict` if it is built in."""
        if assistant_id not in self._ledger.decisions():
            if (self._builtin / assistant_id).is_dir():
                raise Conflict(f"The assistant `{assistant_id}` is built in: there is no decision.")
            raise NotFound(f"Nothing has been decided about an assistant `{assistant_id}`.")
        await self._change(assistant_id, None)

    async def forget(self, assistant_id: str) -> None:
        """As `revoke`, for an assistant that is being deleted."""
        if assistant_id in self._ledger.decisions():
            await self._change(assistant_id, None)

    async def _decide(self, folder: AssistantFolder, decision: Decision) -> Standing:
        if folder.path is not None and folder.path.parent == self._builtin:
            raise Conflict(f"The assistant `{folder.id}` is built in, and trusted.")
        await self._change(folder.id, decision)
        return await self.standing(folder)

    async def _change(self, assistant_id: str, decision: Decision | None) -> None:
        def work(decisions: dict[str, Decision]) -> None:
            decisions.pop(assistant_id, None)
            if decision is not None:
                decisions[assistant_id] = decision

        async with self._store.lock(_LOCK):
            await asyncio.to_thread(self._ledger.change, work)


def _own(folder: AssistantFolder, asked: Grant, decision: Decision) -> Standing:
    """The same folder as was made here, or another that has taken its name."""
    is_same = folder.path is not None and inode(folder.path) == decision.folder
    if is_same:
        return Standing(folder.id, "own", asked, replace(asked, trusted=True))
    return Standing(folder.id, "new", asked)


def _decided(id: str, asked: Grant, decision: Decision, now: Digests) -> Standing:  # noqa: A002
    trusted = decision.state == "trusted"
    grant = decision.permissions.grant(trusted=trusted)
    different = changes(decision.content, now)
    if different:
        return Standing(id, "changed", asked, NOTHING, different, grant)
    if decision.state == "denied":
        return Standing(id, "denied", asked)
    return Standing(id, "trusted" if trusted else "allowed", asked, grant)


async def _content(folder: AssistantFolder) -> Digests:
    """Digests of what makes the assistant; without a folder, of its document."""
    if folder.path is None:
        raise Invalid(f"The assistant `{folder.id}` has no folder.", hint="It cannot be trusted.")
    return await asyncio.to_thread(digests, folder.path)
