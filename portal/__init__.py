"""Pages for customers, rendered here: they read through queries, and act by the same commands as the API."""
