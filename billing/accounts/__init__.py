"""Who buys: accounts with their billing address and tax id."""
