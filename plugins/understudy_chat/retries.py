"""Trying again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from understudy_chat.failures import TransientError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

_LONGEST_WAIT = 60.0


async def with_retries(attempt: Callable[[], Awaitable[T]], retries: int) -> T:
    """Call until it succeeds, fails for good, or has failed `retries` times more.

    Pauses grow from half a second to eight, with jitter; a server's own `Retry-After` goes before.
    One of more than a minute is not waited for: the error says when to come back.
    """
    try:
        return await attempt()
    except TransientError as error:
        if not retries:
            raise
        return await _retry(attempt, retries, error)


async def _retry(attempt: Callable[[], Awaitable[T]], retries: int, error: TransientError) -> T:
    # Only now: importing tenacity takes 20 ms, and a call through it 0.1 ms.
    import tenacity

    failures = [error]

    async def once() -> T:
        if failures:
            raise failures.pop()
        return await attempt()

    try_again = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(_is_worth_it),
        stop=tenacity.stop_after_attempt(retries + 1),
        wait=_pause,
        reraise=True,
    )
    return await try_again(once)


def _is_worth_it(error: BaseException) -> bool:
    return isinstance(error, TransientError) and (error.retry_after or 0.0) <= _LONGEST_WAIT


def _pause(state: RetryCallState) -> float:
    import tenacity

    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TransientError) and error.retry_after is not None:
        return error.retry_after
    return tenacity.wait_random_exponential(multiplier=0.5, max=8)(state)
