"""How tests enter their databases: each role's password is its name."""

from database.role_names import CONSOLE, INGRESS, PORTAL, ROLES, WORKER
from database.roles import DatabaseUrls, as_role


def urls_of(owner_url: str) -> DatabaseUrls:
    """All ways into the owner's database."""
    return DatabaseUrls(owner_url, *(as_role(owner_url, role, role) for role in ROLES))


def as_door(owner_url: str) -> str:
    """The owner's database, as the door enters it."""
    return as_role(owner_url, INGRESS, INGRESS)


def as_worker(owner_url: str) -> str:
    """The owner's database, as a worker enters it."""
    return as_role(owner_url, WORKER, WORKER)


def as_portal(owner_url: str) -> str:
    """The owner's database, as the portal enters it."""
    return as_role(owner_url, PORTAL, PORTAL)


def as_console(owner_url: str) -> str:
    """The owner's database, as the console enters it."""
    return as_role(owner_url, CONSOLE, CONSOLE)
