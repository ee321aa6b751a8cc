"""The edge of the API: tokens, JSON, request ids, errors, links, and which action a path is."""
