"""Puts what is marked urgent first."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import hookimpl


@hookimpl
async def rerank_results(query, results):
    if query == "fail":
        raise ValueError("no such query")
    return sorted(results, key=lambda result: "URGENT" not in result.text)
