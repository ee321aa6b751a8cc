"""Subscriptions whose cycle a gateway runs: our books follow."""
