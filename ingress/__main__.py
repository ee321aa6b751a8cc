"""`python -m ingress`: the door, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import logs
import settings as configuration
from ingress.server import run
from setting_needs import require

if __name__ == "__main__":
    loaded = configuration.load()
    require(loaded, "ingress")
    logs.configure(loaded, "ingress")
    run("ingress.app:serve", loaded)
