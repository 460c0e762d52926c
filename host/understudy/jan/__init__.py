"""Jan's files, of all five generations, as objects of ours.

These functions take what one JSON file or line holds and return a changed copy with OpenAI's
fields. They never raise: what makes no sense is left where it is, under its own name, and a
record that is already ours comes back as it is. Sources of the fields: `core/src/types` and
`docs/docs/specs` of janhq/jan, `engine/common` of janhq/cortex.cpp.
"""

from understudy.jan.assistants import assistant_from_jan
from understudy.jan.messages import message_from_jan
from understudy.jan.models import model_from_jan
from understudy.jan.threads import inline_messages, thread_from_jan

__all__ = [
    "assistant_from_jan",
    "inline_messages",
    "message_from_jan",
    "model_from_jan",
    "thread_from_jan",
]
