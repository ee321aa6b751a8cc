"""What falls due, for whom and in which order: every area's duties in one list."""
