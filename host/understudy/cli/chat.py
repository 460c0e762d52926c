"""`understudy chat`: a conversation on the terminal."""

from __future__ import annotations

import asyncio
import sys

import click

from understudy.cli.answering import Answering
from understudy.cli.group import Options, pass_options
from understudy.cli.output import print_error, print_note, styled
from understudy.errors import UnderstudyError
from understudy.host import Host

_EPILOG = """\b
Examples:
  understudy chat shakespeare
  understudy chat jan --thread thread_…

\b
While it answers, Ctrl-C stops the answer. At the prompt, Ctrl-C or Ctrl-D ends the chat.
  /new     begin a new thread
  /thread  say which thread this is
  /exit    end the chat
"""


@click.command(epilog=_EPILOG)
@click.argument("assistant")
@click.option("--thread", help="Go on with this thread.")
@click.option("--model", help="Use this model instead of the assistant's.")
@pass_options
def command(options: Options, assistant: str, thread: str | None, model: str | None) -> None:
    """Talk with ASSISTANT, line by line."""
    with asyncio.Runner() as runner:
        chat = Chat(runner, Host(options.root), assistant, thread, model)
        try:
            chat.begin()
            while chat.turn():
                pass
        finally:
            chat.end()


class Chat:
    """One conversation. Each answer is one call of the runner, so that Ctrl-C ends only that."""

    def __init__(
        self,
        runner: asyncio.Runner,
        host: Host,
        assistant: str,
        thread: str | None,
        model: str | None,
    ) -> None:
        self._runner = runner
        self._host = host
        self._assistant = assistant
        self._thread = thread
        self._wishes = {"model": model} if model else {}
        self._interactive = sys.stdin.isatty()

    def begin(self) -> None:
        """Find out at once whether the assistant and the thread are there."""
        folder = self._runner.run(self._host.assistants.folder(self._assistant))
        if self._thread is not None:
            self._runner.run(self._host.threads.get(self._thread))
        if self._interactive:
            import readline  # noqa: F401 - arrow keys and history at the prompt

            name = folder.assistant.name if folder.assistant else None
            print_note(f"{name or self._assistant} is listening. /exit ends the chat.")

    def turn(self) -> bool:
        """Read a line and answer it; False at the end."""
        line = self._read()
        if line is None or line.strip() == "/exit":
            return False
        if line.strip().startswith("/"):
            self._command(line.strip())
        elif line.strip():
            self._answer(line)
        return True

    def _read(self) -> str | None:
        try:
            return input(styled("> ", bold=True) if self._interactive else "")
        except (EOFError, KeyboardInterrupt):
            if self._interactive:
                click.echo()
            return None

    def _command(self, line: str) -> None:
        if line == "/new":
            self._thread = None
            print_note("A new thread begins.")
        elif line == "/thread":
            print_note(self._thread or "The thread begins with your first question.")
        else:
            print_note("/new begins a new thread, /thread names this one, /exit ends the chat.")

    def _answer(self, question: str) -> None:
        try:
            self._runner.run(self._ask(question))
        except KeyboardInterrupt:
            click.echo()
            print_note("Stopped.")
        except UnderstudyError as error:
            print_error(str(error), error.hint)

    async def _ask(self, question: str) -> None:
        if self._thread is None:
            self._thread = (await self._host.new_thread(self._assistant)).id
        execution = await self._host.start(
            self._assistant, question, thread=self._thread, **self._wishes
        )
        try:
            await Answering().show(execution.events())
        finally:
            # Interrupted, or asked for something that only an app can give: free the thread.
            if not execution.run.is_over:
                await execution.cancel()
        (await self._host.reply(execution)).check()

    def end(self) -> None:
        """Close the host."""
        self._runner.run(self._host.close())
