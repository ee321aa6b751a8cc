"""`python -m portal`: the portal, in as many processes as the settings say, until SIGTERM or Ctrl-C."""

import logs
import settings as configuration
from collector import collect_seldom
from ingress.server import Listening, run
from setting_needs import require

if __name__ == "__main__":
    collect_seldom()
    loaded = configuration.load()
    require(loaded, "portal")
    logs.configure(loaded, "portal")
    run("portal.app:serve", Listening(loaded.portal_host, loaded.portal_port, loaded.portal_processes))
