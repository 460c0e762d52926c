"""The run engine: the lifecycle, the default agent loop, effects, the journal, events."""
