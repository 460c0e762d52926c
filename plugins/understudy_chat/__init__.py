"""The model client: chat completions over HTTP, from any endpoint that speaks OpenAI's API.

`OpenAIModels` asks the endpoint of the model's settings, of `OPENAI_BASE_URL`/`OPENAI_API_KEY`, or
a local server that it finds; the others ask the local server of their name.
"""

from understudy_chat.local import VLLM, Jan, LlamaCpp, LMStudio, Ollama
from understudy_chat.provider import OpenAIModels

__all__ = ["VLLM", "Jan", "LMStudio", "LlamaCpp", "Ollama", "OpenAIModels"]
