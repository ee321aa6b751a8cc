"""Transaction search: what moved money, told some hours late."""
