"""Typed access to what a store holds: assistants, threads, messages, runs, files."""
