"""Search by meaning: vectors, where they come from and how they rank."""
