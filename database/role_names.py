"""The names of the accounts that processes log in to PostgreSQL with."""

INGRESS = "cashbeat_ingress"
WORKER = "cashbeat_worker"
PORTAL = "cashbeat_portal"
CONSOLE = "cashbeat_console"
ROLES = (INGRESS, WORKER, PORTAL, CONSOLE)
