"""The kit for authors of plugins and assistants.

| module | what |
| --- | --- |
| `fixtures` | pytest fixtures: `root`, `write_assistant`, `model` (`pytest_plugins = […]`) |
| `model_server` | a language model with a script, as a real HTTP server |
| `server` | `understudy serve` as a real process, with a client for any request |
| `store_contract` | the tests that every store must pass |
"""
