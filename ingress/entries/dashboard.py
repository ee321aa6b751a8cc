"""The company's figures."""

from ingress.entries.entry import Asks, Entry
from ingress.queries.dashboard import DashboardFilter, dashboard

ENTRIES = (Entry("GET", "/v1/admin/dashboard/stats/", Asks("dashboard:read", DashboardFilter, dashboard)),)
