"""How our property tests run."""

from hypothesis import HealthCheck, settings

# On a busy machine the first text takes seconds to draw, because hypothesis builds its table of characters; neither
# that nor a slow single run says anything about the code under test.
fuzzed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
