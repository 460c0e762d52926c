"""What an assistant's code may do outside: asked in package.json, granted by the user, enforced."""
