"""Health and figures, without a key: these are not routed to the public."""

from ingress.entries.entry import Answers, Entry, Form

OPERATORS = "operators"
READINESS = Form(others={503: "Not ready, and why"})
TEXT = Form(media_type="text/plain")
ALIVE = Answers("whether the process answers", lambda parts: parts.health.alive, callers=OPERATORS)
READY = Answers("whether work gets done", lambda parts: parts.health.ready, callers=OPERATORS, form=READINESS)
FIGURES = Answers("figures for Prometheus", lambda parts: parts.metrics.show, callers=OPERATORS, form=TEXT)

ENTRIES = (
    Entry("GET", "/healthz/", ALIVE),
    Entry("GET", "/readyz/", READY),
    Entry("GET", "/metrics/", FIGURES),
)
