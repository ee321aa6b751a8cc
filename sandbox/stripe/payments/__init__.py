"""Payment intents, their charges and refunds."""
