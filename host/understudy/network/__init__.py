"""Requests that an assistant's code makes: checked, capped, answered bit by bit."""
