"""The next period begins, for many at once."""
