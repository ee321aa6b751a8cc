"""Another plan: what it costs, whether it can be had, and when it begins."""
