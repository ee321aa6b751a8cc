"""`python -m ingress`: the door, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import logs
import settings as configuration
from ingress.server import run

if __name__ == "__main__":
    loaded = configuration.load()
    logs.configure(loaded, "ingress")
    run("ingress.app:serve", loaded)
