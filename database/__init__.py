"""What the pipeline remembers: inbox, operations, outbox, and the engine they live in."""
