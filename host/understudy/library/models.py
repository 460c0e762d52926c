"""Which model a run asks: what thread, assistant and the `models/` folders say of it."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from understudy.folder import ModelChoice, ModelConfig, choose_model
from understudy.folder.files import read_json
from understudy.folder.model_file import MODEL, read_model
from understudy.library.loading import LoadedAssistant
from understudy.objects import Thread
from understudy.permissions.secrets import of_model
from understudy.store import NAME, Path, Store


class Models:
    """Finds the configuration of models, the nearest first.

    A thread's model.json (as in Jan's first design), thread.json, assistant.json, the assistant's
    model.json, `models/NAME/model.json` in the assistant's folder, and then in the root.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def choose(self, loaded: LoadedAssistant, path: Path, thread: Thread) -> ModelChoice:
        """The model for a run of the assistant on the thread that lies at `path`.

        Raises `NotAllowed` if the assistant, or the thread, would have a secret sent that the user
        has not allowed: only what the root's own `models/` say needs no leave.
        """
        about: dict[str, Any] = thread.wire()
        own = _value(self._store.folder(path))
        if own is not None:
            about["assistants"] = [{"model": own}]
        choice = choose_model(loaded.assistant, loaded.folder.model, about)
        folder = loaded.folder.path
        if folder is not None and (general := _general(folder / "models", choice.model)):
            choice = _whole(general.model, _config(choice).over(general))
            loaded.standing.require_secrets(of_model(choice.settings))
            return choice
        loaded.standing.require_secrets(of_model(choice.settings))
        root = self._store.folder(("models", "any"))
        if root is not None and (general := _general(root.parent, choice.model)):
            return _whole(general.model, _config(choice).over_anothers(general))
        return choice


def _general(models: FilePath, name: str | None) -> ModelConfig | None:
    """What a `models/` folder says of a model, under the name that others call it by."""
    named = name is not None and NAME.fullmatch(name)
    return read_model(models / str(name), None, []) if named else None


def _config(choice: ModelChoice) -> ModelConfig:
    return ModelConfig.model_validate(
        {
            "model": choice.model,
            "provider": choice.provider,
            "settings": choice.settings,
            "parameters": choice.parameters,
        }
    )


def _whole(model: str | None, config: ModelConfig) -> ModelChoice:
    settings = config.settings.model_dump(exclude_none=True, by_alias=True)
    return ModelChoice(model, config.provider, settings, config.parameters)


def _value(folder: FilePath | None) -> dict[str, Any] | None:
    file = read_json(folder, MODEL, []) if folder is not None else None
    return file.value if file is not None else None
