"""The assistant that a request names as its `model`."""

from __future__ import annotations

from understudy import Host, NotFound
from understudy.objects import Assistant
from understudy_server.failures import Refused


async def find_assistant(host: Host, model: str) -> Assistant:
    """By its id, or by its name while only one has it. Raises `Refused`."""
    try:
        return await host.assistants.get(model)
    except NotFound:
        pass
    named = [each for each in await host.all_assistants() if each.name == model]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(sorted(each.id for each in named))
        raise Refused(f"Several assistants have this name; use an id: {ids}.", param="model")
    raise Refused(
        f"The model '{model[:100]}' does not exist: no assistant has this id or name. "
        "GET /v1/models lists those there are.",
        status=404,
        param="model",
        code="model_not_found",
    )
