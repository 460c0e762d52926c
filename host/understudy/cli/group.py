"""The group of commands: built-in ones from a table, others from plugins; imported when typed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from understudy.plugins import Plugins

BUILTIN = {
    "run": "Ask an assistant one question.",
    "chat": "Talk with an assistant.",
    "list": "List the assistants.",
    "show": "Show an assistant, or a thread and its runs.",
    "runs": "List, show and replay runs.",
    "test": "Play an assistant's recorded conversations again.",
    "new": "Make a new assistant from a template.",
    "validate": "Check an assistant's folder, and say how to mend it.",
    "trust": "Allow an assistant what it asks for.",
    "permissions": "Show and take back what assistants have been allowed.",
    "plugins": "Show the installed plugins, and what is wrong with them.",
    "doctor": "Check the installation, the data root and the models.",
}
"""Name → short help; `command` in the module `understudy.cli.NAME` is the command."""

OWN_PLUGINS = {
    "serve": "Serve the assistants as OpenAI's API.",
    "key": "Show, make and revoke the server's API keys.",
    "index": "Make files searchable: vector stores.",
    "npm": "Install npm packages for assistants.",
}
"""Short helps of the commands that our own plugins bring: entry points hold none."""


class Options:
    """What was said before the command: `understudy --root DIR -v COMMAND`."""

    __slots__ = ("_plugins", "root", "verbose")

    def __init__(self, *, root: str | None = None, verbose: bool = False) -> None:
        self.root = root
        self.verbose = verbose
        self._plugins: Plugins | None = None

    @property
    def plugins(self) -> Plugins:
        """The installed plugins, looked for on first use."""
        if self._plugins is None:
            from understudy.plugins import Plugins

            self._plugins = Plugins()
        return self._plugins


pass_options = click.make_pass_decorator(Options, ensure=True)
"""Gives a command the `Options` as its first argument."""


class LazyGroup(click.Group):
    """Knows its commands by name, and imports only the one that is typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names: the built-in ones, then those of plugins."""
        return [*BUILTIN, *self._short_helps(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command. `distribution:name` means that plugin's, whatever else is called so."""
        if cmd_name in BUILTIN:
            module = import_module(f"understudy.cli.{cmd_name}")
            command: click.Command = module.command
            return command
        plugins = _plugins(ctx)
        if ":" in cmd_name or any(p.name == cmd_name for p in plugins.installed("commands")):
            return _blamed(_checked(plugins.provider("commands", cmd_name), cmd_name), cmd_name)
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with a suggestion for a misspelt name."""
        name = args[0]
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        from understudy.suggestion import did_you_mean

        close = did_you_mean(name, self.list_commands(ctx))
        raise click.UsageError(f"There is no command `{name}`. {close}".rstrip(), ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two sections, written from the table and from metadata."""
        with formatter.section("Commands"):
            formatter.write_dl(list(BUILTIN.items()))
        if helps := self._short_helps(ctx):
            width = max(map(len, helps))
            # Not write_dl: wrapping lines that are short costs more than finding the plugins.
            with formatter.section("Commands of plugins"):
                for name, origin in helps.items():
                    formatter.write(f"  {name:<{width}}  {origin}\n")

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names without importing the commands."""
        from click.shell_completion import CompletionItem

        helps = BUILTIN | self._short_helps(ctx)
        found = [CompletionItem(n, help=h) for n, h in helps.items() if n.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def _short_helps(self, ctx: click.Context) -> dict[str, str]:
        plugins = _plugins(ctx)
        helps = {}
        for point in plugins.installed("commands"):
            if plugins.state(point) != "enabled" or point.name in BUILTIN:
                continue
            own = OWN_PLUGINS.get(point.name) if point.distribution == "understudy" else None
            helps[point.name] = own or f"from {point.distribution}"
        return helps


def _blamed(command: click.Command, name: str) -> click.Command:
    """The command; what it does not catch is told as the plugin's failure, not as ours."""
    from understudy.errors import PluginError, UnderstudyError

    inner = command.invoke

    def invoke(ctx: click.Context) -> Any:
        try:
            return inner(ctx)
        except (UnderstudyError, click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise PluginError(
                f"the command `{name}` of a plugin failed: {type(error).__name__}: {error}",
                plugin=name,
                hook="command",
                hint="`understudy plugins list` says whose it is; `understudy -v` shows the "
                "traceback.",
            ) from error

    command.invoke = invoke  # type: ignore[method-assign]
    return command


def _plugins(ctx: click.Context) -> Plugins:
    return ctx.ensure_object(Options).plugins


def _checked(command: Any, name: str) -> click.Command:
    if not isinstance(command, click.Command):
        from understudy.errors import PluginError

        raise PluginError(
            f"the command `{name}` of a plugin is a `{type(command).__name__}`",
            plugin=name,
            hook="import command",
            hint="Its entry point must lead to a click command.",
        )
    return command
