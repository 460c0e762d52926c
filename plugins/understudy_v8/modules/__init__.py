"""An assistant's modules: read, parsed, rewritten into functions and linked, without a bundler."""
