"""Money that comes past every gateway: the customer claims it, and people say that it came."""
