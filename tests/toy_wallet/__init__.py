"""A vendor that keeps wallets and charges them while their owners are away, and does nothing else."""
