"""The peers' servers, as their documentation starts them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from servers import KEY, PORT, Server

from peers.installed import NotInstalled, installed

FASTAPI = ("fastapi", "openai", "uvicorn", "uvloop", "httptools")
LITELLM = ("litellm[proxy]",)
LANGGRAPH = ("langgraph-cli[inmem]", "langgraph", "openai")
HERE = Path(__file__).resolve().parent
ASSISTANT = {
    "id": "asst_1",
    "object": "assistant",
    "created_at": 1700000000,
    "name": "Weather",
    "description": "Tells the weather.",
    "model": "m",
    "instructions": "Answer in one sentence.",
    "tools": [],
    "tool_resources": None,
    "metadata": {},
    "temperature": None,
    "top_p": None,
    "response_format": None,
}


def fastapi_openai(folder: Path, model: Server, assistant: str = json.dumps(ASSISTANT)) -> Server:
    """A small relay of our own on what is usual. Raises `NotInstalled`, as all of these do."""
    python = installed("fastapi", FASTAPI) / "python"
    command = [python, HERE / "fastapi_openai.py", PORT, url(model), assistant]
    return Server("fastapi", command, folder / "fastapi.log")


def litellm(folder: Path, model: Server) -> Server:
    """LiteLLM's proxy in front of the model."""
    target = {"model": "openai/m", "api_base": url(model), "api_key": "k"}
    config = {"model_list": [{"model_name": "m", "litellm_params": target}]}
    file = folder / "litellm.yaml"
    file.write_text(json.dumps(config))  # JSON is YAML
    program = installed("litellm", LITELLM) / "litellm"
    command = [program, "--config", file, "--host", "127.0.0.1", "--port", PORT]
    env = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # no look at the network
        "LITELLM_LOG": "ERROR",
        "LITELLM_MASTER_KEY": KEY,  # it refuses to start without one, and a weak one without this:
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    return Server(
        "litellm",
        [*command, "--telemetry", "False"],
        folder / "litellm.log",
        env=env,
        ready="/health/liveliness",
    )


def langgraph(folder: Path, model: Server) -> Server:
    """LangGraph's dev server, in memory, with a graph that asks the model."""
    home = folder / "langgraph"
    home.mkdir()
    shutil.copy(HERE / "langgraph_graph.py", home / "graph.py")
    config = {"dependencies": ["."], "graphs": {"agent": "./graph.py:graph"}}
    (home / "langgraph.json").write_text(json.dumps(config))
    programs = installed("langgraph", LANGGRAPH)
    command = [programs / "langgraph", "dev", "--port", PORT, "--no-browser", "--no-reload"]
    env = {
        "OPENAI_BASE_URL": url(model),
        "LANGGRAPH_CLI_NO_ANALYTICS": "1",
        "LANGSMITH_TRACING": "false",
    }
    return Server("langgraph", command, home / "log", env=env, ready="/ok")


def all_that_start(
    stack: ExitStack, folder: Path, model: Server, kinds: Iterable[Callable[..., Server]]
) -> list[Server]:
    """Those that can be installed and started here; of the others it is said why not."""
    servers = []
    for kind in kinds:
        try:
            servers.append(stack.enter_context(kind(folder, model)))
        except (NotInstalled, RuntimeError) as error:
            print(f"({kind.__name__} is not measured: {error})", flush=True)
    return servers


def url(model: Server) -> str:
    """Where the model is asked."""
    return f"http://127.0.0.1:{model.port}/v1"
