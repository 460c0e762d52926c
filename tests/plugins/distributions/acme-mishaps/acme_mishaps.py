"""Ends as it is told."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

import signal

import click

from understudy import Invalid


@click.command()
@click.argument("kind")
def command(kind):
    """End in a certain way."""
    if kind == "known":
        raise Invalid("the kettle is empty", hint="Fill it")
    if kind == "bug":
        raise ZeroDivisionError("division by zero")
    if kind == "wait":
        click.echo("waiting")
        signal.pause()
    if kind == "code":
        return 7
    raise click.UsageError("no such kind")
