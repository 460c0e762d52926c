"""`/v1/responses`: created, streamed, read, cancelled, deleted."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import Host, NotFound, Run
from understudy_server.bodies import read_body
from understudy_server.doors.assistants import find_assistant
from understudy_server.doors.handover import follow, recorded
from understudy_server.doors.ids import made_by, run_of
from understudy_server.doors.output_items import items_of
from understudy_server.doors.past import past_of
from understudy_server.doors.presence import begun, while_connected
from understudy_server.doors.response_events import Telling, encode
from understudy_server.doors.response_object import response_object
from understudy_server.doors.response_request import CreateResponse
from understudy_server.doors.response_turn import ResponseTurn
from understudy_server.failures import Refused
from understudy_server.paging import cut, json_response, read_query
from understudy_server.streamed import EventStream

JSON = dict[str, Any]


class ResponseRoutes:
    """Responses and their input items."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def routes(self) -> list[Route]:
        """Paths and methods."""
        one = "/responses/{response_id}"
        return [
            Route("/responses", self.create, methods=["POST"]),
            Route(one, self.get, methods=["GET"]),
            Route(one, self.delete, methods=["DELETE"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
            Route(f"{one}/input_items", self.input_items, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """`POST /responses`, with or without `stream`, `background`, `store`."""
        body = await read_body(request, CreateResponse)
        assistant = await find_assistant(self._host, body.model)
        for file_id in body.files():
            await self._host.files.get(file_id)
        past = await past_of(self._host, body)
        options = body.options(assistant, past.calls, past.system)
        turn = ResponseTurn(self._host, assistant, options, past)
        if body.stream:
            return EventStream(await begun(turn.chunks()))
        if body.background:
            return json_response(await turn.beginning())
        if body.store is False:
            return json_response(await while_connected(request, turn.whole()))
        return json_response(await turn.whole())

    async def get(self, request: Request) -> Response:
        """`GET /responses/{id}`, or its stream once more, behind `starting_after`."""
        run = await self._run(request)
        if request.query_params.get("stream") == "true":
            return EventStream(self._again(run, _starting_after(request)))
        return json_response(await self._response(run))

    async def _run(self, request: Request) -> Run:
        response = request.path_params["response_id"]
        try:
            return await self._host.runs.get(*run_of(response))
        except NotFound:
            raise Refused(f"Response with id '{response[:100]}' not found.", status=404) from None

    async def _response(self, run: Run) -> JSON:
        telling = Telling()
        for event in await recorded(self._host, run):
            list(telling.take(event))
        told = telling.response() if telling.has_begun else response_object(run.wire(), [])
        return told | {"metadata": run.metadata}

    async def _again(self, run: Run, after: int) -> AsyncGenerator[bytes, None]:
        telling = Telling()
        async with aclosing(follow(self._host, run)) as events:
            async for event in events:
                for told in telling.take(event):
                    if told["sequence_number"] > after:
                        yield encode(told)

    async def cancel(self, request: Request) -> Response:
        """`POST /responses/{id}/cancel`: of one that is over, nothing changes."""
        run = await self._run(request)
        if run.status in ("queued", "in_progress"):
            run = await self._host.runs.cancel(run.thread_id, run.id)
        return json_response(await self._response(run))

    async def delete(self, request: Request) -> Response:
        """`DELETE /responses/{id}`: what was said stays for the responses that go on from it."""
        run = await self._run(request)
        if run.status in ("queued", "in_progress", "requires_action"):
            await self._host.runs.cancel(run.thread_id, run.id)
        await self._host.runs.delete(run.thread_id, run.id)
        await self._tidy(run)
        gone = {"id": request.path_params["response_id"], "object": "response", "deleted": True}
        return json_response(gone)

    async def _tidy(self, run: Run) -> None:
        """Delete the thread with its last response, unless it is somebody's conversation."""
        origin = (run.model_extra or {}).get("origin")
        left = await self._host.runs.page(run.thread_id, limit=1)
        if origin and not origin.get("conversation") and not left.items:
            await self._host.delete_thread(run.thread_id)

    async def input_items(self, request: Request) -> Response:
        """`GET /responses/{id}/input_items`: what came since the response before it."""
        run = await self._run(request)
        begin, end = await self._before(run), made_by(run.id, "")
        messages = await (await self._host.messages(run.thread_id)).all()
        given = [each for each in messages if not each.run_id]
        own = [each for each in given if begin < made_by(None, each.id) < end]
        items = [item for message in own for item in items_of(message)]
        return cut(items, read_query(request))

    async def _before(self, run: Run) -> str:
        """Since when items are those of a run."""
        earlier = await self._host.runs.page(run.thread_id, limit=1, after=run.id)
        origin = (run.model_extra or {}).get("origin", {})
        previous = origin.get("previous_response_id")
        ids = [*(each.id for each in earlier.items), *([run_of(previous)[1]] if previous else [])]
        return max((made_by(run_id, "") for run_id in ids), default="")


def _starting_after(request: Request) -> int:
    given = request.query_params.get("starting_after", "-1")
    if not given.removeprefix("-").isdecimal():
        message = "Invalid 'starting_after': the number of an event is expected."
        raise Refused(message, param="starting_after")
    return int(given)
