"""Speed, always as a ratio against a floor measured in the same run. `make bench` runs all, `make bench ARGS="ingress"` one."""
