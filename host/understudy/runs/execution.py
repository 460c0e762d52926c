"""One run being carried out: the task that does it, and what can be done to it from outside."""

from __future__ import annotations

import asyncio
import logging
import time
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from understudy.errors import Invalid, ModelError, ScriptError, UnderstudyError
from understudy.events import Event
from understudy.objects import Run
from understudy.runs.active import ActiveRun
from understudy.runs.answer_limit import AnswerLimit
from understudy.runs.run import Part
from understudy.runs.run import Run as RunProtocol
from understudy.streams import closing

JSON = dict[str, Any]
Invoke = Callable[[RunProtocol], AsyncIterator[Part]]
_log = logging.getLogger("understudy.runs")


class Execution:
    """Carries out one run. `held` is what must stay open meanwhile; it is closed at the end."""

    def __init__(self, active: ActiveRun, invoke: Invoke, held: AsyncExitStack) -> None:
        self._active = active
        self._record = active.record
        self._ending = active.ending
        self._ending.interrupt = self._interrupt
        self._invoke = invoke
        self._held = held
        self._task: asyncio.Task[None] | None = None
        self._working = False
        self._stopped = False
        self._left = False
        self.error: BaseException | None = None
        """Why the run failed."""

    @property
    def run(self) -> Run:
        """The run as it is now."""
        return self._record.run

    def start(self, done: Callable[[], None]) -> None:
        """Begin. `done` is called when it is over."""
        self._task = asyncio.create_task(self._carry_out(), name=self.run.id)
        self._task.add_done_callback(lambda _task: done())

    def events(self, after: int = 0) -> AsyncIterator[Event]:
        """The events behind number `after`, to the end of the run."""
        return self._record.journal.follow(after)

    @property
    def last_event(self) -> int:
        """The number of the newest event."""
        return self._record.journal.last

    async def modify(self, metadata: Mapping[str, str]) -> Run:
        """Replace the run's metadata."""
        return await self._record.modify(metadata)

    async def wait(self) -> Run:
        """Wait until the run is over."""
        if self._task is not None:
            await asyncio.shield(self._task)
        return self.run

    async def cancel(self) -> Run:
        """Stop the run; returns when it is over. Raises `Invalid` if it was over before."""
        if self._stopped or self.run.is_over:
            status = self.run.status if self.run.is_over else "cancelling"
            raise Invalid(f"Cannot cancel run with status '{status}'.")
        run = await self.stop()
        if run.status != "cancelled":
            raise Invalid(f"Cannot cancel run with status '{run.status}'.")
        return run

    async def stop(self) -> Run:
        """Wait until the run is over, and all is closed; what it still does is stopped."""
        if not self._stopped and not self.run.is_over:
            self._stopped = True
            if self.run.status != "requires_action":
                await self._record.become("cancelling")
            self._interrupt()
        return await self.wait()

    async def leave(self) -> None:
        """As `stop`, but a run that waits for its client is left to whoever takes it up."""
        if self.run.status != "requires_action":
            await self.stop()
            return
        self._left = self._record.journal.is_silent = True
        self._interrupt()
        await self.wait()

    async def until_it_waits(self) -> None:
        """Wait until the client is asked for something, or the run is over."""
        asked = asyncio.ensure_future(self._active.tools.asked.wait())
        await asyncio.wait({asked, *filter(None, [self._task])}, return_when=FIRST_COMPLETED)
        asked.cancel()

    def _interrupt(self) -> None:
        # Work that has not begun sees that it need not; an end that is being written is left alone.
        if self._working and self._task is not None:
            self._task.cancel()

    async def submit(self, outputs: Mapping[str, Any]) -> Run:
        """Answer the calls that the run waits for, by their ids: text, or what becomes JSON."""
        await self._active.tools.submit(outputs)
        return self.run

    async def _carry_out(self) -> None:
        try:
            await self._until_over()
        except Exception:
            _log.exception("run %s could not be recorded", self.run.id)
        finally:
            self._record.journal.close()
            await self._held.aclose()

    async def _until_over(self) -> None:
        limit = asyncio.timeout(None)
        self._working = True
        try:
            async with limit:
                limit.reschedule(self._deadline())
                await self._work()
            await self._active.arrive()
            await self._finish()
        except asyncio.CancelledError:
            self._working = False
            if self._ending.given_up is not None:
                await self._fail(self._ending.given_up)
            elif not self._left:
                await self._end("cancelled")
        except Exception as error:  # whatever it was, the run must end and say why
            self._working = False
            if limit.expired():
                await self._end("expired")
            else:
                await self._fail(_single(error))

    async def _work(self) -> None:
        if not self._stopped:
            await self._record.become("in_progress")
            await self._speak()
        if self._stopped:  # before it began, or a hook held the cancellation up
            raise asyncio.CancelledError

    def _deadline(self) -> float:
        left = (self.run.expires_at or time.time()) - time.time()
        return asyncio.get_running_loop().time() + left

    async def _speak(self) -> None:
        limit = AnswerLimit()
        async with closing(self._invoke(self._active)) as parts:
            async for part in parts:
                limit.count(part)
                await self._active.transcript.say(part)

    async def _finish(self) -> None:
        reason = self._ending.incomplete_reason
        if reason is None:
            await self._active.transcript.close()
            await self._record.become("completed")
            return
        is_budget = reason.startswith("max_")
        await self._active.transcript.close(reason="max_tokens" if is_budget else reason)
        details = {"reason": reason if is_budget else None}
        await self._record.become("incomplete", incomplete_details=details)

    async def _end(self, status: str) -> None:
        await self._active.transcript.abandon(status)
        await self._record.become(status)

    async def _fail(self, error: BaseException) -> None:
        self.error = self._root(error)
        if not isinstance(self.error, UnderstudyError):
            _log.error("run %s failed", self.run.id, exc_info=self.error)
        last_error = {"code": _code(self.error), "message": _message(self.error)}
        await self._active.transcript.abandon("failed", last_error)
        await self._record.become("failed", last_error=last_error)

    def _root(self, error: BaseException) -> BaseException:
        """What went wrong outside, if the assistant's code only passed it on."""
        cause = self._ending.last_error
        passed_on = isinstance(error, ScriptError) and cause and str(cause) in str(error)
        return cause if passed_on and cause else error


def _single(error: BaseException) -> BaseException:
    """The first error of a group: calls that ran side by side fail as one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _code(error: BaseException) -> str:
    limited = isinstance(error, ModelError) and error.kind == "rate_limit"
    return "rate_limit_exceeded" if limited else "server_error"


def _message(error: BaseException) -> str:
    if isinstance(error, ScriptError) and error.file and error.file not in str(error):
        return f"{error.file}: {error}"
    if isinstance(error, UnderstudyError):
        return str(error)
    return f"Something went wrong inside: {type(error).__name__}."
