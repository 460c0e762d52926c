"""Ids of responses and conversations: the run's and the thread's own, in other words.

A response is a run on a thread and a conversation is a thread, so that nothing is stored twice:

    conv_TAIL        thread_TAIL
    resp_RUNTAIL     run_RUN on thread_TAIL; RUN has always 24 characters

A thread with another kind of id (Jan's) has the tail `.ID`.
"""

from __future__ import annotations

from typing import Final

from understudy_server.failures import Refused

_RUN: Final = 24


def conversation_id(thread_id: str) -> str:
    """The conversation that a thread is."""
    return f"conv_{_tail(thread_id)}"


def thread_of(conversation: str) -> str:
    """The thread that a conversation is. Raises `Refused`."""
    if not conversation.startswith("conv_"):
        raise _missing("Conversation", conversation)
    return _thread(conversation.removeprefix("conv_"))


def response_id(thread_id: str, run_id: str) -> str:
    """The response that a run is."""
    return f"resp_{run_id.removeprefix('run_')}{_tail(thread_id)}"


def run_of(response: str) -> tuple[str, str]:
    """The thread and the run that a response is. Raises `Refused`."""
    tail = response.removeprefix("resp_")
    if not response.startswith("resp_") or len(tail) <= _RUN:
        raise _missing("Response", response)
    return _thread(tail[_RUN:]), f"run_{tail[:_RUN]}"


def made_by(run_id: str | None, own_id: str) -> str:
    """What places something in time: ids sort by it. An id that is not ours counts as early."""
    tail = (run_id or own_id).rpartition("_")[2]
    return tail if len(tail) == _RUN else ""


def _tail(thread_id: str) -> str:
    tail = thread_id.removeprefix("thread_")
    return tail if tail != thread_id else f".{thread_id}"


def _thread(tail: str) -> str:
    return tail[1:] if tail.startswith(".") else f"thread_{tail}"


def _missing(kind: str, name: str) -> Refused:
    return Refused(f"{kind} with id '{name[:100]}' not found.", status=404)
