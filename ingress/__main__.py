"""`python -m ingress`: the door, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import logs
import settings as configuration
from collector import collect_seldom
from ingress.server import Listening, run
from setting_needs import require

if __name__ == "__main__":
    collect_seldom()
    loaded = configuration.load()
    require(loaded, "ingress")
    logs.configure(loaded, "ingress")
    at = Listening(loaded.ingress_host, loaded.ingress_port, loaded.ingress_processes)
    run("ingress.app:serve", at, loaded.cashbeat_home.absolute() / "run" / "metrics")
