"""Secrets of others that are kept at rest: sealed under master keys, opened where a gateway is talked to."""
