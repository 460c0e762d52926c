"""`understudy index`: vector stores on the command line."""

from __future__ import annotations

import click

from understudy_rag.commands import add, list_, rebuild, remove, search

_EPILOG = """\b
Examples:
  understudy index add notes ~/notes contract.pdf
  understudy index search notes "notice period"
  understudy index list notes
  understudy index remove notes contract.pdf
  understudy index rebuild notes

\b
What `add` makes is a vector store, the same that the HTTP API shows. An assistant searches it with
  {"tools": [{"type": "file_search"}],
   "tool_resources": {"file_search": {"vector_store_ids": ["vs_…"]}}}
Exit codes: 0 done, 1 it could not be done (or not for all files), 2 misused.
"""


@click.group(epilog=_EPILOG)
def command() -> None:
    """Make files searchable: vector stores, by name or id."""


for each in (add, list_, search, remove, rebuild):
    command.add_command(each.command)
