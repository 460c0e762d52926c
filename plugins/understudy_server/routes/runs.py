"""`/v1/threads/{id}/runs`: created, streamed, answered, cancelled, and their steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Event, Host, NotFound, UnderstudyError
from understudy.objects import CallOptions, RunOptions
from understudy_server.bodies import read_body
from understudy_server.breaks import or_error
from understudy_server.choices import check_tools
from understudy_server.events import event_stream
from understudy_server.failures import Refused
from understudy_server.included import wants_contents, without_contents
from understudy_server.paging import cut, json_response, list_response, read_after, read_query
from understudy_server.polling import polled_response
from understudy_server.requests import (
    CreateRun,
    CreateThread,
    CreateThreadAndRun,
    ModifyMetadata,
    SubmitToolOutputs,
)
from understudy_server.routes.threads import make_thread
from understudy_server.routes.v1_files import AssistantFiles
from understudy_server.shown import asks_first, shown_events, shown_run
from understudy_server.streamed import EventStream


class RunRoutes:
    """Runs and run steps."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._runs = host.runs
        self._files = AssistantFiles(host)

    def routes(self) -> list[Route]:
        """Paths and methods."""
        runs = "/threads/{thread_id}/runs"
        one = f"{runs}/{{run_id}}"
        return [
            Route("/threads/runs", self.create_with_thread, methods=["POST"]),
            Route(runs, self.create, methods=["POST"]),
            Route(runs, self.page, methods=["GET"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.modify, methods=["POST"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
            Route(f"{one}/submit_tool_outputs", self.submit, methods=["POST"]),
            Route(f"{one}/events", self.events, methods=["GET"]),
            Route(f"{one}/steps", self.steps, methods=["GET"]),
            Route(f"{one}/steps/{{step_id}}", self.step, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /threads/{id}/runs`, with or without `stream`."""
        body = await read_body(request, CreateRun)
        check_tools(self._host, body.tools, body.tool_choice)
        return await self._begin(request, request.path_params["thread_id"], body)

    async def create_with_thread(self, request: Request) -> Response:
        """`POST /threads/runs`: the thread's own event comes first in a stream."""
        body = await read_body(request, CreateThreadAndRun)
        check_tools(self._host, body.tools, body.tool_choice)
        await self._host.assistants.get(body.assistant_id)
        asked = body.thread or CreateThread()
        if body.tool_resources is not None and asked.tool_resources is None:
            asked = asked.model_copy(update={"tool_resources": body.tool_resources})
        thread = await make_thread(self._host, asked, body.assistant_id)
        try:
            return await self._begin(request, thread.id, body, thread.wire())
        except UnderstudyError:  # nobody would ever learn of the thread
            await self._host.delete_thread(thread.id)
            raise

    async def _begin(
        self,
        request: Request,
        thread_id: str,
        body: CreateRun,
        thread: dict[str, Any] | None = None,
    ) -> Response:
        contents = wants_contents(request)
        options: RunOptions = body.options()
        if asks_first(request):
            file_ids = await self._files.of(body.assistant_id)
            options = CallOptions.model_validate(options.sent() | {"file_ids": file_ids})
        execution = await self._runs.create(thread_id, body.assistant_id, options)
        if not body.stream:
            return json_response(shown_run(execution.run, request))
        events = shown_events(or_error(execution.events()), execution.run, request)
        if thread is not None:
            events = _after(Event(0, "thread.created", thread), events)
        return EventStream(event_stream(events, contents=contents))

    async def page(self, request: Request) -> Response:
        """`GET /threads/{id}/runs`."""
        thread_id = request.path_params["thread_id"]
        page = await self._runs.page(thread_id, **read_query(request).window())
        return list_response(
            [shown_run(run, request) for run in page.items], has_more=page.has_more
        )

    async def get(self, request: Request) -> Response:
        """`GET /threads/{id}/runs/{id}`."""
        run = await self._runs.get(*_ids(request))
        return polled_response(shown_run(run, request), is_over=run.is_over)

    async def modify(self, request: Request) -> Response:
        """`POST /threads/{id}/runs/{id}`."""
        body = await read_body(request, ModifyMetadata)
        run = await self._runs.modify(*_ids(request), metadata=body.metadata or {})
        return json_response(shown_run(run, request))

    async def cancel(self, request: Request) -> Response:
        """`POST …/cancel`: answers at once; the run is over a moment later."""
        return json_response(shown_run(await self._runs.cancel(*_ids(request)), request))

    async def submit(self, request: Request) -> Response:
        """`POST …/submit_tool_outputs`; a stream begins behind what was seen before."""
        body = await read_body(request, SubmitToolOutputs)
        thread_id, run_id = _ids(request)
        outputs = {output.tool_call_id: output.output for output in body.tool_outputs}
        run = await self._runs.get(thread_id, run_id)
        if run.status != "requires_action":
            raise Refused(f'Runs in status "{run.status}" do not accept tool outputs.')
        seen = (await self._runs.execution(thread_id, run_id)).last_event
        run = await self._runs.submit_tool_outputs(thread_id, run_id, outputs)
        if not body.stream:
            return json_response(shown_run(run, request))
        events = or_error(self._runs.events(thread_id, run_id, after=seen))
        events = shown_events(events, run, request)
        return EventStream(event_stream(events))

    async def events(self, request: Request) -> Response:
        """`GET …/events?after=N`: rejoin a stream behind event N (or `Last-Event-ID`)."""
        thread_id, run_id = _ids(request)
        run = await self._runs.get(thread_id, run_id)
        events = or_error(self._runs.events(thread_id, run_id, after=read_after(request)))
        shown = shown_events(events, run, request)
        return EventStream(event_stream(shown, to_the_end=True))

    async def steps(self, request: Request) -> Response:
        """`GET …/steps`."""
        query = read_query(request)
        contents = wants_contents(request)
        steps = [step.wire() for step in await self._runs.steps(*_ids(request))]
        return cut(steps if contents else map(without_contents, steps), query)

    async def step(self, request: Request) -> Response:
        """`GET …/steps/{id}`."""
        wanted, contents = request.path_params["step_id"], wants_contents(request)
        for step in await self._runs.steps(*_ids(request)):
            if step.id == wanted:
                shown = step.wire()
                return json_response(shown if contents else without_contents(shown))
        raise NotFound(f"No run step found with id '{wanted}'.")


def _ids(request: Request) -> tuple[str, str]:
    return request.path_params["thread_id"], request.path_params["run_id"]


async def _after(first: Event, rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    yield first
    async for event in rest:
        yield event
