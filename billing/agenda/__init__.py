"""What falls due, for whom and in which order."""
