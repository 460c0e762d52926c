"""The same assistants through OpenAI's other APIs: chat completions, responses, conversations."""
