"""A subscription starts, or its start comes to nothing."""
