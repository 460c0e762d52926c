"""An assistant's folder: read (tolerant), validate (precise), write (only what changed)."""

from understudy.folder.contents import contents
from understudy.folder.fingerprint import fingerprint
from understudy.folder.instructions import expand_instructions
from understudy.folder.model import ModelChoice, ModelConfig, choose_model
from understudy.folder.problems import Problem
from understudy.folder.read import AssistantFolder, read_document, read_folder
from understudy.folder.sources import Sources
from understudy.folder.validate import validate_folder

__all__ = [
    "AssistantFolder",
    "ModelChoice",
    "ModelConfig",
    "Problem",
    "Sources",
    "choose_model",
    "contents",
    "expand_instructions",
    "fingerprint",
    "read_document",
    "read_folder",
    "validate_folder",
]
