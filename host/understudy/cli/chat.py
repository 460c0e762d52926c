"""`understudy chat`: a conversation on the terminal."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from understudy.cli.answering import Answering
from understudy.cli.attachments import file_option, stored
from understudy.cli.consent import settle
from understudy.cli.following import EXIT_FAILED, Outcome, follow, report
from understudy.cli.group import Options, pass_options
from understudy.cli.output import print_error, print_note
from understudy.cli.waiting import Waiting
from understudy.errors import UnderstudyError
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy chat shakespeare
  understudy chat librarian --file contracts/
  understudy chat jan --thread thread_…
  understudy chat jan < questions.txt

\b
In the chat:
  /new     begin a new thread
  /thread  say which thread this is
  /exit    end the chat, as Ctrl-D does
While it answers, Ctrl-C stops the answer; what was written until then is kept.

\b
Exit codes: 0; when the questions are piped in, 1 if any was not answered.
"""
_HELP = "/new begins a new thread, /thread names this one, /exit ends the chat."


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@file_option
@click.option("--thread", metavar="ID", help="Go on with this thread.")
@click.option("--model", metavar="NAME", help="Use this model instead of the assistant's.")
@pass_options
def command(
    options: Options, assistant: str, files: tuple[Path, ...], thread: str | None, model: str | None
) -> int:
    """Talk with ASSISTANT, line by line."""
    settle(options, assistant)
    with asyncio.Runner() as runner:
        host = Host(options.root)
        chat = Chat(
            runner, host, Asked(assistant, thread, files, {"model": model} if model else {})
        )
        try:
            chat.begin()
            return chat.talk()
        finally:
            runner.run(host.close())


@dataclass(slots=True)
class Asked:
    """Who is asked, and where; `files` go with the next question."""

    assistant: str
    thread: str | None
    files: tuple[Path, ...]
    options: dict[str, str]


class Chat:
    """One conversation. Each answer is one call of the runner, so that Ctrl-C ends only that."""

    def __init__(self, runner: asyncio.Runner, host: Host, asked: Asked) -> None:
        self._runner = runner
        self._host = host
        self._asked = asked
        self._interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._failures = 0

    def begin(self) -> None:
        """Find out at once whether the assistant and the thread are there."""
        asked = self._asked
        folder = self._runner.run(self._host.assistants.folder(asked.assistant))
        if asked.thread is not None:
            self._runner.run(self._host.threads.get(asked.thread))
        if self._interactive:
            import readline  # noqa: F401 - arrow keys and history at the prompt

            name = folder.assistant.name if folder.assistant else None
            print_note(f"{name or asked.assistant} is listening. /help tells what else there is.")

    def talk(self) -> int:
        """Answer line by line until there are no more; returns the exit code."""
        while (line := self._read()) is not None and line.strip() != "/exit":
            if line.strip().startswith("/"):
                self._obey(line.strip())
            elif line.strip():
                self._answer(line)
        return EXIT_FAILED if self._failures and not self._interactive else 0

    def _read(self) -> str | None:
        try:
            return input("> " if self._interactive else "")
        except EOFError:
            if self._interactive:
                click.echo()
            return None
        except KeyboardInterrupt:
            if not self._interactive:
                raise
            click.echo()  # the line is given up, as in a shell
            return ""

    def _obey(self, line: str) -> None:
        if line == "/new":
            self._asked.thread = None
            print_note("A new thread begins.")
        elif line == "/thread":
            print_note(self._asked.thread or "The thread begins with your first question.")
        else:
            print_note(_HELP)

    def _answer(self, question: str) -> None:
        try:
            outcome = self._runner.run(self._ask(question))
            report(outcome)
            self._failures += outcome.exit_code != 0
        except KeyboardInterrupt:
            if not self._interactive:
                raise
            print_note("Stopped.")
        except UnderstudyError as error:
            print_error(str(error), error.hint)
            self._failures += 1

    async def _ask(self, question: str) -> Outcome:
        waiting, asked = Waiting(), self._asked
        async with waiting.watching():
            if asked.thread is None:
                asked.thread = (await self._host.new_thread(asked.assistant)).id
            files = await stored(self._host, asked.assistant, asked.files)
            execution = await self._host.start(
                asked.assistant, question, thread=asked.thread, files=files, **asked.options
            )
            asked.files = ()
            answering = Answering(waiting)
            try:
                return await follow(self._host, execution, answering.show)
            finally:
                answering.end_line()
