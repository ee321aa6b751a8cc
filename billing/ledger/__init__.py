"""The double-entry ledger: append-only, zero-sum per transaction and currency."""
