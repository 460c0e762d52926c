"""process.js: an assistant's own process, in deno or Node, with what it was granted and no more."""

from understudy_process.process import ProcessJS

__all__ = ["ProcessJS"]
