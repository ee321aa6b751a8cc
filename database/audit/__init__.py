"""Who did what, for whom and when: written once, chained within seconds, and proved whole by whoever likes."""
