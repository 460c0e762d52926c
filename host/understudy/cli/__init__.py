"""The command line. At start it imports click and little else; a command imports what it needs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from understudy import __version__
from understudy.cli.group import LazyGroup, Options, pass_options
from understudy.cli.output import print_error

__all__ = ["Options", "main", "pass_options"]

_EPILOG = """\b
Examples:
  understudy run math-tutor "What is 12% of 80?"
  understudy new poet && understudy chat poet
  understudy list

\b
An assistant is a folder below the data root: assistant.json, and src/index.js if it has code.
`understudy COMMAND --help` tells more about a command.
"""
_EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h
_EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells count


@click.group(cls=LazyGroup, epilog=_EPILOG)
@click.option(
    "--root",
    type=click.Path(file_okay=False),
    envvar="UNDERSTUDY_ROOT",
    show_envvar=True,
    help="The folder with your assistants, threads and files.",
)
@click.option("-v", "--verbose", is_flag=True, help="Tell more, with tracebacks of errors.")
@click.version_option(__version__, message="understudy %(version)s")
@pass_options
def app(options: Options, root: str | None, verbose: bool) -> None:
    """Run assistants that are folders you own, on your machine, with your models."""
    options.root = root
    options.verbose = options.verbose or verbose
    if options.verbose:
        _log_everything()


def main(args: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0: done. 1: it could not be done, for a reason that was printed. 2: misused. 70: a defect of
    ours. 130: interrupted. A command that returns an int says which itself.
    """
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what is piped in or out may be in any encoding
    options = Options(verbose=os.environ.get("UNDERSTUDY_DEBUG", "") not in ("", "0"))
    try:
        result = app.main(
            args,
            "understudy",
            standalone_mode=False,
            obj=options,
            color=False if os.environ.get("NO_COLOR") else None,
            terminal_width=_width(),
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _EXIT_INTERRUPTED
    except Exception as error:
        return _failed(error, options)
    return result if isinstance(result, int) else 0


def _width() -> int:
    """The columns of help texts. click would ask shutil, which costs more than all our modules."""
    try:
        columns = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        columns = 0
    return max(min(columns or 80, 100) - 2, 50)


def _failed(error: Exception, options: Options) -> int:
    from understudy.errors import UnderstudyError

    if options.verbose:
        sys.excepthook(type(error), error, error.__traceback__)
    if isinstance(error, UnderstudyError):
        print_error(str(error), error.hint)
        return 1
    print_error(
        f"understudy itself failed: {type(error).__name__}: {error}",
        "Set UNDERSTUDY_DEBUG=1 to see the traceback, and please report it.",
    )
    return _EXIT_BUG


def _log_everything() -> None:
    import logging

    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("understudy").setLevel(logging.DEBUG)
