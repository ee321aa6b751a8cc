"""Where the navigation of the console leads, and who is shown the way. The page asks for the permission again."""

from portal.navigation import Way

NAVIGATION = (
    Way("/admin/sessions", "Sessions", "operations:read"),
)  # fmt: skip
