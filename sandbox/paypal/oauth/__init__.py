"""Access tokens, and the door where they are given out."""
