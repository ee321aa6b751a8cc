"""Payment attempts and what became of them."""
