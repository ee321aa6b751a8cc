"""Pure rules of test clocks."""

from datetime import timedelta

# A clock that stands where it was sent stays on its way by this much until all that fell due there is done. Targets are
# whole seconds, so nothing ever falls due in between.
ARRIVING = timedelta(microseconds=1)
