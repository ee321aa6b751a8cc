"""What people do, a story a function; those of one kind of business are a module."""

from collections.abc import Mapping

from tests.journeys.scene import Journey
from tests.journeys.stories import at_work, buying, coming_in, owing, papers, subscribing, team, walking

JOURNEYS: Mapping[str, Journey] = {
    story.__name__: story
    for room in (buying, subscribing, owing, papers, team, coming_in, at_work, walking)
    for story in room.STORIES
}
