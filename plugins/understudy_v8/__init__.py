"""The V8 runtime: an assistant's index.js, run in this process."""

from __future__ import annotations

from understudy_v8.runtime import V8Runtime

__all__ = ["V8Runtime"]
