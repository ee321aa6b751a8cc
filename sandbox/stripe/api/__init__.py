"""The edge of the API: keys, forms, idempotency, versions, errors, lists, and which operation a path is."""
