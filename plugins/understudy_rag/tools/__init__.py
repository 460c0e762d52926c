"""The tools `rag`, `retrieval` and `file_search`."""
