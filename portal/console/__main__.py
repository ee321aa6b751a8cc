"""`python -m portal.console`: the console, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import logs
import settings as configuration
from collector import collect_seldom
from ingress.server import Listening, run
from setting_needs import require

if __name__ == "__main__":
    collect_seldom()
    loaded = configuration.load()
    require(loaded, "console")
    logs.configure(loaded, "console")
    run("portal.console.app:serve", Listening(loaded.console_host, loaded.console_port, loaded.console_processes))
