"""A misspelt hook, a forgotten mark, and one that is right."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import Problem, hookimpl


@hookimpl
def load_asistant(assistant): ...


def observe_event(event): ...


@hookimpl
def validate_assistant(assistant):
    return [Problem("typo", "the rest of this plugin works")]
