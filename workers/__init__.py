"""How work runs: the Celery app, its queues, the task base, claims and the wiring of gateways."""
