"""How much of what its plan allows an account has in use."""
