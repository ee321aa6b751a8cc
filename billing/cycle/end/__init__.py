"""A subscription ends, and that is taken back."""
