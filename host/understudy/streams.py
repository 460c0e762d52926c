"""Streams are closed by whoever opened them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class closing(Generic[T]):  # noqa: N801 - as `contextlib.aclosing`
    """Close a stream at the end of the block, if it is one that can be closed.

    As `contextlib.aclosing`, for iterators of plugins: the contracts ask for no more than
    iteration.
    """

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncIterator[T]) -> None:
        self._stream = stream

    async def __aenter__(self) -> AsyncIterator[T]:
        return self._stream

    async def __aexit__(self, *error: object) -> None:
        close = getattr(self._stream, "aclose", None)
        if close is not None:
            await close()
