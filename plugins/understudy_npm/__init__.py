"""npm packages in assistants: installed and linked once, so that runs need no tool."""
