"""A subscription stands still, and runs on."""
