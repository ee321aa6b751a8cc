"""Cashbeat on one machine: an embedded PostgreSQL and Valkey, and the processes that `cashbeat up` keeps alive."""
