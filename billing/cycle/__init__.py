"""The life of a subscription whose cycle we run: it starts, renews, changes, pauses and ends."""
