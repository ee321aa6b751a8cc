"""Who may call, made and ended by those who may call already, and never with more than they have."""
