"""Sales: payments of subscriptions, as the first version of the API tells of them."""
