"""A command, in a module of its own."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

import click


@click.command()
@click.argument("city")
def command(city):
    """Say how the weather is in CITY."""
    click.echo(f"Sunny in {city}")
