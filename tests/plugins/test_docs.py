"""docs/plugins.md says what is so: its signatures are the hooks', and its examples work."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from understudy import Assistant, ToolError, hookspecs
from understudy.dispatch import Hooks
from understudy.plugins import KINDS, Plugins
from understudy.registration import specs

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()
JAN = Assistant(id="jan")


def blocks(text: str, language: str = "python") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def section(hook: str) -> str:
    return PAGE.partition(f"\n### {hook}\n")[2].partition("\n#")[0]


def example(hook: str) -> Hooks:
    """The section's example, as a plugin: strict, so that every mistake in it is raised."""
    module = ModuleType("example")
    exec(blocks(section(hook))[1], module.__dict__)
    settings = {"strict": True, "plugins": ""}
    return Plugins(extra=[module], settings=settings, environ={}).hooks()


def signature(source: str) -> str:
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    return f"{ast.unparse(function.args)} -> {ast.unparse(function.returns)}"


@pytest.mark.parametrize("hook", specs())
def test_every_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    documented = blocks(section(hook))[0]
    assert f"def {hook}(" in documented
    assert signature(documented) == signature(inspect.getsource(specs()[hook]))
    assert f"| `{hook}` |" in PAGE


def test_no_hook_is_documented_that_is_not_there() -> None:
    assert re.findall(r"^### (\w+)$", PAGE, re.MULTILINE) == list(specs())


@pytest.mark.parametrize("group", KINDS)
def test_every_group_of_entry_points_is_documented(group: str) -> None:
    assert f"| `understudy.{group}` |" in PAGE


def test_the_example_of_load_assistant_works() -> None:
    assert example("load_assistant").fold(hookspecs.load_assistant, JAN).temperature == 0


def test_the_example_of_validate_assistant_works() -> None:
    (answer,) = example("validate_assistant").collect(hookspecs.validate_assistant, JAN)
    assert answer.value.code == "no-instructions"


def test_the_example_of_provide_tools_works() -> None:
    hooks = example("provide_tools")
    (answer,) = asyncio.run(hooks.gather(hookspecs.provide_tools, JAN))
    assert asyncio.run(answer.value.call(SimpleNamespace())) == "noon"  # type: ignore[arg-type]


def test_the_example_of_invoke_assistant_works() -> None:
    async def words(_run: Any) -> Any:
        yield "to be"
        yield {"type": "image_file"}

    async def main() -> list[Any]:
        stream = example("invoke_assistant").wrap_stream(hookspecs.invoke_assistant, words)
        run: Any = SimpleNamespace()
        return [part async for part in stream(run)]

    assert asyncio.run(main()) == ["TO BE", {"type": "image_file"}]


def test_the_example_of_call_tool_works() -> None:
    async def tool(call: Any) -> str:
        return call.name

    def call(name: str) -> Any:
        layered = example("call_tool").wrap_call(hookspecs.call_tool, tool)
        call: Any = SimpleNamespace(name=name)
        return asyncio.run(layered(call))

    assert call("add") == "add"
    with pytest.raises(ToolError, match="not allowed"):
        call("delete_everything")


def test_the_example_of_rerank_results_works() -> None:
    found: list[Any] = [SimpleNamespace(text="A cat."), SimpleNamespace(text="A dog.")]
    layers = example("rerank_results").implementations(hookspecs.rerank_results)
    better = asyncio.run(layers[0].function("DOG", found))
    assert [result.text for result in better] == ["A dog.", "A cat."]


def test_the_example_of_observe_event_works(capsys: pytest.CaptureFixture[str]) -> None:
    event: Any = SimpleNamespace(n=1, name="thread.run.created")
    example("observe_event").notify(hookspecs.observe_event, event, event)
    assert capsys.readouterr().out == "1 thread.run.created\n"


def test_the_example_of_a_test_passes(tmp_path: Path) -> None:
    (tmp_path / "test_shout.py").write_text(blocks(PAGE.partition("\n## Testing a plugin\n")[2])[0])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout


@pytest.fixture(scope="module")
def dice(environment, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The plugin of "In five minutes", installed; a function that runs code beside it."""
    project = tmp_path_factory.mktemp("dice")
    for text in (blocks(PAGE, "toml")[0], blocks(PAGE)[0]):
        name = text.partition("\n")[0].removeprefix("# ")
        (project / name).write_text(text)
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target"]
    subprocess.run([environment.python, *install, *offline, project / "site", project], check=True)

    def run(*args: str) -> Any:
        return environment.run(
            *args,
            plugins="understudy-dice",
            PYTHONPATH=str(project / "site"),
            UNDERSTUDY_STRICT="1",
        )

    return run


def test_the_plugin_of_five_minutes_is_found_and_without_fault(dice: Any) -> None:
    done = dice("-m", "understudy", "plugins", "doctor", "--json")
    found = [finding for finding in done.json()["findings"] if finding["plugin"] == "dice"]
    assert not found
    done = dice("-m", "understudy", "plugins", "order", "--json")
    assert (done.code, [row["name"] for row in done.json()["order"]]) == (0, ["dice"])


def test_the_command_of_five_minutes_rolls(dice: Any) -> None:
    done = dice("-m", "understudy", "roll", "--sides", "1")
    assert (done.code, done.out) == (0, "1\n")


def test_the_tool_and_the_model_of_five_minutes_answer(dice: Any) -> None:
    code = """
import asyncio, json
from types import SimpleNamespace as Any
from understudy import ChatRequest, ToolContext, ToolError
from understudy.plugins import Plugins

async def main():
    plugins = Plugins()
    context = ToolContext("jan", {"type": "dice", "settings": {"sides": 1}}, None, None)
    tool = plugins.provider("tools", "dice")(context)
    rolled = await tool.call(Any(arguments={"count": 3}))
    try:
        await tool.call(Any(arguments={"count": 0}))
    except ToolError as error:
        refused = str(error)
    request = ChatRequest(None, [{"role": "user", "content": "polly wants"}])
    model = plugins.provider("models", "parrot")()
    said = [chunk.text async for chunk in model.chat(request)]
    print(json.dumps([rolled, refused, said]))

asyncio.run(main())
"""
    done = dice("-c", code)
    assert done.err == ""
    assert json.loads(done.out) == [
        [1, 1, 1],
        "count must be 1 to 100",
        ["polly ", "wants ", ""],
    ]


def test_the_commands_that_the_page_names_are_there() -> None:
    for words in re.findall(r"`understudy (plugins [a-z]+(?: --\w+)?)", PAGE):
        command = [sys.executable, "-m", "understudy", *words.split(), "--help"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, words
