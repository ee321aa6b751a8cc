"""Services that are added to a subscription, or taken from it, while it runs."""
