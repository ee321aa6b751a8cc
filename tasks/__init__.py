"""Doorways, one module per queue: each hands its message over and decides nothing."""
