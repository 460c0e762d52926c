"""The OpenAPI document, made of the routes and of the models that requests are read with."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import __version__
from understudy_server.answers import ErrorBody
from understudy_server.operation import JSON, Model, Operation
from understudy_server.paging import json_response

_REF: Final = "#/components/schemas/{model}"
_ERROR: Final = {"$ref": "#/components/responses/Error"}
_ABOUT: Final = (
    "OpenAI's Assistants API, and the same assistants as models of chat completions and responses."
)
_BETA: Final = {
    "name": "OpenAI-Beta",
    "in": "header",
    "description": "The version of the API. `assistants=v1` gives the shapes of the first.",
    "schema": {"type": "string", "const": "assistants=v2"},
}
Mode = Literal["validation", "serialization"]


class Document:
    """The document, made when it is asked for."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes
        self._response: Response | None = None

    async def get(self, _request: Request) -> Response:
        """`GET /openapi.json`."""
        if self._response is None:
            from understudy_server.operations import OPERATIONS

            named = {_function(endpoint): about for endpoint, about in OPERATIONS.items()}
            described = [(each, named.get(_function(each.endpoint))) for each in self._routes]
            self._response = json_response(
                document([(route, about) for route, about in described if about is not None])
            )
        return self._response


def document(operations: Sequence[tuple[Route, Operation]]) -> JSON:
    """The OpenAPI document of some operations."""
    models = dict.fromkeys(_models(operations))
    refs, definitions = models_json_schema(list(models), ref_template=_REF)

    def ref(model: Model, mode: Mode) -> JSON:
        return refs[(model, mode)]

    paths: dict[str, JSON] = {}
    for route, operation in operations:
        method = next(iter((route.methods or set()) - {"HEAD"})).lower()
        paths.setdefault(route.path, {})[method] = _described(route, operation, ref)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Understudy", "version": __version__, "description": _ABOUT},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "responses": {"Error": _error(ref)},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models(operations: Sequence[tuple[Route, Operation]]) -> Iterator[tuple[Model, Mode]]:
    yield ErrorBody, "serialization"
    for _, operation in operations:
        if operation.body is not None:
            yield operation.body, "validation"
        if operation.answer is not None:
            yield operation.answer, "serialization"


def _error(ref: Any) -> JSON:
    schema = ref(ErrorBody, "serialization")
    content = {"application/json": {"schema": schema}}
    return {"description": "What went wrong.", "content": content}


def _described(route: Route, operation: Operation, ref: Any) -> JSON:
    kind = _kind(route)
    parameters = [_in_path(name) for name in re.findall(r"{(\w+)}", route.path)]
    if route.path.split("/")[2] in ("assistants", "threads"):
        parameters.append(_BETA)
    described: JSON = {
        "operationId": f"{kind}.{route.endpoint.__name__}",
        "tags": [kind],
        "summary": _summary(route),
        "parameters": [*parameters, *operation.parameters()],
        "responses": {"200": operation.success(ref), "4XX": _ERROR, "5XX": _ERROR},
    }
    body = operation.request_body(ref)
    return described | {"requestBody": body} if body else described


def _kind(route: Route) -> str:
    """What it is about: `RunRoutes` is about runs."""
    name = route.endpoint.__qualname__.partition(".")[0].removesuffix("Routes")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _summary(route: Route) -> str:
    """What its docstring says beyond the method and the path."""
    text = (inspect.getdoc(route.endpoint) or "").partition("\n\n")[0].replace("\n", " ")
    said = re.sub(r"^`[^`]*`[:.,;]?\s*", "", text)
    plain = route.endpoint.__name__.replace("_", " ")
    return said[:1].upper() + said[1:] if said else f"{plain.capitalize()} ({_kind(route)})"


def _in_path(name: str) -> JSON:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _function(endpoint: Any) -> Any:
    return getattr(endpoint, "__func__", endpoint)
