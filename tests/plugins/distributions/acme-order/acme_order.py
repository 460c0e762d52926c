"""Apple comes after zebra; hen and egg each come after the other."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import hookimpl


class Observer:
    @hookimpl
    def observe_event(self, event): ...


class Apple(Observer):
    after = ("zebra", "somebody-who-is-not-there")


class Mango(Observer): ...


class Zebra(Observer): ...


class Egg(Observer):
    after = ("hen",)


class Hen(Observer):
    after = "egg"
