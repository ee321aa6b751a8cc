"""The company's own people in the demo, who may be there from an earlier one in the same home."""

from uuid import UUID

from database.staff import list_members
from stack import staff
from stack.story import Story


def colleague(story: Story, name: str, email: str, role: str) -> UUID:
    """The id of who bears this name. Raises StackError for who has ended."""
    with story.database.transaction() as session:
        known = {member.name: member.id for member in list_members(session)}
    return known.get(name) or staff.add(story.stack.settings, name, email, role)
