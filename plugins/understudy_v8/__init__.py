"""The V8 runtime: an assistant's index.js, run in this process or in a jail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy_v8.runtime import V8Runtime

__all__ = ["V8Runtime"]


def __getattr__(name: str) -> Any:
    # The process of a jail imports a part of this package, and must stay small.
    if name != "V8Runtime":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from understudy_v8.runtime import V8Runtime

    return V8Runtime
