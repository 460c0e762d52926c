"""A tool."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

READING = "21 °C"


class Weather:
    def __init__(self, context):
        self.functions = []

    async def call(self, call):
        return f"Sunny in {call.arguments['city']}"

    async def close(self): ...

    class Barometer:
        pressure = 1013
