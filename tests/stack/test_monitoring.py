"""The rules and the board that we hand out speak of figures that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from database.engine import Database
from ingress import metrics

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "monitoring"
BOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def _expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in BOARD["panels"] for target in panel["targets"])


def _figures(database: Database) -> dict[str, set[str]]:
    """The labels of each figure that the door tells."""
    with database.transaction() as session:
        gauges = {name: {label} - {""} for name, _, label, _ in metrics._read_gauges(session)}
    counters = (metrics.WEBHOOKS, metrics.COMMANDS, metrics.COMMITS)
    return gauges | {f"{counter._name}_total": set(counter._labelnames) for counter in counters}


def test_each_figure_that_they_name_exists(bare_database: Database) -> None:
    figures = _figures(bare_database)
    named = {name for expression in _expressions() for name in re.findall(r"\bcashbeat_\w+", expression)}
    assert named == set(figures), "and each figure is looked at"


def test_each_label_that_they_ask_by_exists(bare_database: Database) -> None:
    figures = _figures(bare_database)
    for expression in _expressions():
        known = set().union(*(figures[name] for name in re.findall(r"\bcashbeat_\w+", expression))) | {"job"}
        asked = re.findall(r"by \(([^)]*)\)", expression) + re.findall(r"\{(\w+)=", expression)
        assert {label.strip() for labels in asked for label in labels.split(",")} <= known, expression


def test_each_door_is_asked_and_no_row_is_counted_once_per_door(bare_database: Database) -> None:
    """Counters are a door's own; gauges are read from the one database, and told by every door alike."""
    counters = {f"{counter._name}_total" for counter in (metrics.WEBHOOKS, metrics.COMMANDS, metrics.COMMITS)}
    gauges = set(_figures(bare_database)) - counters
    for expression in _expressions():
        summed = set(re.findall(r"sum(?: by \([^)]*\))? ?\((cashbeat_\w+)", expression))
        assert summed & gauges == set(), expression
    for page in ("README.md", "prometheus.yml"):
        assert "every door" in (FOLDER / page).read_text()


def test_each_alarm_says_how_loud_it_is_and_what_is_the_matter() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket"), rule
        assert rule["annotations"]["summary"], rule
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_panels_are_told_apart_and_do_not_overlap() -> None:
    places = [(panel["gridPos"], panel["id"]) for panel in BOARD["panels"]]
    assert len({number for _, number in places}) == len(places)
    taken = [
        (x, y) for at, _ in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_the_files_that_are_mounted_are_there() -> None:
    mounted = [
        volume.split(":")[0]
        for name in ("prometheus", "grafana")
        for volume in COMPOSE["services"][name]["volumes"]
        if volume.startswith("./")
    ]
    assert len(mounted) == 5
    assert all((ROOT / path).is_file() for path in mounted)
    scraped = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert scraped[0]["static_configs"][0]["targets"] == ["ingress:8000"]
