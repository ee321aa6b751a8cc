"""Pages of an account, for its people."""
