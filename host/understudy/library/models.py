"""Which model a run asks: what thread, assistant and the `models/` folders say of it."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from understudy.folder import ModelChoice, ModelConfig, choose_model
from understudy.folder.files import read_json
from understudy.folder.model_file import MODEL, read_model
from understudy.library.loading import LoadedAssistant
from understudy.objects import Thread
from understudy.store import NAME, Path, Store


class Models:
    """Finds the configuration of models, the nearest first.

    A thread's model.json (as in Jan's first design), thread.json, assistant.json, the assistant's
    model.json, `models/NAME/model.json` in the assistant's folder, and then in the root.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def choose(self, loaded: LoadedAssistant, path: Path, thread: Thread) -> ModelChoice:
        """The model for a run of the assistant on the thread that lies at `path`."""
        about: dict[str, Any] = thread.wire()
        own = _value(self._store.folder(path))
        if own is not None:
            about["assistants"] = [{"model": own}]
        choice = choose_model(loaded.assistant, loaded.folder.model, about)
        general = self._general(loaded.folder.path, choice.model)
        if general is None:
            return choice
        nearest = ModelConfig.model_validate(
            {
                "model": choice.model,
                "provider": choice.provider,
                "settings": choice.settings,
                "parameters": choice.parameters,
            }
        )
        whole = nearest.over(general)
        settings = whole.settings.model_dump(exclude_none=True, by_alias=True)
        return ModelChoice(general.model, whole.provider, settings, whole.parameters)

    def _general(self, assistant: FilePath | None, name: str | None) -> ModelConfig | None:
        """What a `models/` folder says of a model, under the name that others call it by."""
        if name is None or not NAME.fullmatch(name):
            return None
        folders = (assistant / "models" / name if assistant else None, self._root(name))
        found = (read_model(folder, None, []) for folder in folders if folder is not None)
        return next((config for config in found if config is not None), None)

    def _root(self, name: str) -> FilePath | None:
        return self._store.folder(("models", name))


def _value(folder: FilePath | None) -> dict[str, Any] | None:
    file = read_json(folder, MODEL, []) if folder is not None else None
    return file.value if file is not None else None
