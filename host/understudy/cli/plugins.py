"""`understudy plugins`: what is installed, where it comes from, what is wrong, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from understudy.cli.group import Options, pass_options
from understudy.cli.output import json_option, print_json, print_note, print_table

if TYPE_CHECKING:
    from understudy.cli.inspection import Finding, Import
    from understudy.plugins import Plugins

_EPILOG = """\b
Examples:
  understudy plugins list
  understudy plugins show rag
  understudy plugins doctor --import
  UNDERSTUDY_PLUGINS=-rag understudy plugins list

\b
UNDERSTUDY_PLUGINS chooses: "" only the built-in ones, "a,b" these too, "-a" all but this one.
What is off is never imported.
"""


@click.group("plugins", epilog=_EPILOG)
def command() -> None:
    """Show the installed plugins, and what is wrong with them."""


@command.command("list")
@json_option
@pass_options
def list_(options: Options, as_json: bool) -> None:
    """List the installed plugins. None is imported.

    State: enabled; blocked (off); duplicate (two claim the name); shadowed (a built-in command
    has the name); missing (its module is not there).
    """
    from understudy.cli.inspection import described, findings

    rows = [described(options.plugins, point) for point in options.plugins.installed()]
    found = findings(options.plugins)
    if as_json:
        print_json({"plugins": rows, "findings": _as_json(found)})
        return
    columns = ("name", "kind", "state", "distribution", "version")
    print_table([c.upper() for c in columns], [[row[c] for c in columns] for row in rows])
    if found:
        print_note(f"Something is wrong in {len(found)} places: see `understudy plugins doctor`.")


@command.command("show")
@click.argument("name")
@json_option
@pass_options
def show(options: Options, name: str, as_json: bool) -> None:
    """Show a plugin without importing it.

    NAME is its name, its distribution, or DISTRIBUTION:NAME.
    """
    details = _details(options.plugins, name)
    if as_json:
        print_json({"plugins": details})
        return
    for number, detail in enumerate(details):
        if number:
            click.echo()
        for key, value in detail.items():
            text = ("yes" if value else "no") if isinstance(value, bool) else value
            click.echo(f"{key + ':':<14}{text}".rstrip())


@command.command("doctor")
@click.option("--import", "do_import", is_flag=True, help="Import the plugins too, and time it.")
@json_option
@pass_options
def doctor(options: Options, do_import: bool, as_json: bool) -> int:
    """Look for what is wrong with plugins; the exit code is 1 if something is.

    Without --import no plugin is imported, and only what metadata tell is looked at.
    """
    from understudy.cli.inspection import failures, findings, hooks, imports

    plugins = options.plugins
    found = findings(plugins)
    done: list[Import] = []
    if do_import:
        for one in imports(plugins):
            done.append(one)
            if not as_json:
                click.echo(f"{one.seconds:6.2f} s  {one.point.distribution}:{one.point.name}")
        found += failures(one.error for one in done if one.error) + hooks(plugins)[1]
    found = _distinct(found)
    if as_json:
        print_json({"findings": _as_json(found), "imports": [_import_as_json(o) for o in done]})
    else:
        _print_findings(found, err=False)
        click.echo(_verdict(plugins, found))
    return 1 if found else 0


@command.command("order")
@json_option
@pass_options
def order(options: Options, as_json: bool) -> int:
    """Show the hook plugins in the order in which they are called, the outermost first.

    This imports them, since each says itself what it must come after.
    """
    from understudy.cli.inspection import hooks

    ready, found = hooks(options.plugins)
    rows = [
        {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "after": list(plugin.after),
            "hooks": list(plugin.hooks),
        }
        for plugin in ready.plugins
    ]
    if as_json:
        print_json({"order": rows, "findings": _as_json(found)})
    else:
        _print_order(rows)
        _print_findings(found, err=True)
    return 1 if found else 0


def _details(plugins: Plugins, name: str) -> list[dict[str, Any]]:
    from understudy.cli.inspection import described, metadata
    from understudy.entrypoints import normalize
    from understudy.selection import words_for

    points = [p for p in plugins.installed() if normalize(name) in words_for(p)]
    if not points:
        raise _unknown(plugins, name)
    details = []
    for point in points:
        known = metadata(point)
        more = {"summary": known.get("Summary", ""), "folder": point.folder}
        details.append({**described(plugins, point), **more})
    return details


def _unknown(plugins: Plugins, name: str) -> Exception:
    from understudy.errors import NotFound
    from understudy.suggestion import did_you_mean

    close = did_you_mean(name, (point.name for point in plugins.installed()))
    hint = close or "`understudy plugins list` shows all."
    return NotFound(f"there is no plugin `{name}`", hint=hint)


def _print_order(rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        click.echo("There are no hook plugins.")
    print_table(
        ("", "NAME", "DISTRIBUTION", "AFTER", "HOOKS"),
        [
            (
                str(n),
                row["name"],
                row["distribution"],
                *(" ".join(row[k]) for k in ("after", "hooks")),
            )
            for n, row in enumerate(rows, 1)
        ],
    )


def _print_findings(found: Iterable[Finding], *, err: bool) -> None:
    for finding in found:
        click.echo(f"{finding.code}: {finding.message}", err=err)
        click.echo(f"    {finding.hint}", err=err)


def _verdict(plugins: Plugins, found: Sequence[Finding]) -> str:
    points = plugins.installed()
    count = f"{len(points)} plugins of {len({p.distribution for p in points})} distributions"
    return f"{count}: {len(found) or 'no'} problem{'' if len(found) == 1 else 's'}."


def _distinct(found: Iterable[Finding]) -> list[Finding]:
    return list({finding.message: finding for finding in reversed(list(found))}.values())[::-1]


def _as_json(found: Iterable[Finding]) -> list[dict[str, Any]]:
    return [finding._asdict() for finding in found]


def _import_as_json(one: Import) -> dict[str, Any]:
    return {
        "name": one.point.name,
        "group": one.point.group,
        "distribution": one.point.distribution,
        "seconds": round(one.seconds, 3),
        "error": str(one.error) if one.error else None,
    }
