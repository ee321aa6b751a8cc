"""Doorways: one module per queue, a few lines per task. Nobody imports these modules; messages are sent by name."""
