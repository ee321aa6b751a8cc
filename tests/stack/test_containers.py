"""docker-compose.yml and Dockerfile run the same processes as `cashbeat up`."""

import re
from pathlib import Path
from typing import Any

import yaml

from sandbox.__main__ import _parser as sandbox_parser
from settings import READ_BY, SANDBOX_WEBHOOK_SECRET
from stack.addresses import STRIPE_WEBHOOK_PATH
from stack.postgres import SERVER_SETTINGS
from stack.processes import worker_argv
from workers.queues import GROUPS, QUEUE_NAMES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
STORES = {"postgres", "broker"}


def test_every_worker_group_is_a_service_with_the_same_command() -> None:
    workers = {name: service["command"] for name, service in SERVICES.items() if "worker" in service.get("command", ())}
    assert workers == {group.name: ["python", *worker_argv(group)] for group in GROUPS}
    served = [queue for command in workers.values() for queue in command[command.index("-Q") + 1].split(",")]
    assert sorted(served) == sorted(QUEUE_NAMES)


def test_workers_get_the_time_their_longest_task_needs() -> None:
    assert {SERVICES[group.name]["stop_grace_period"] for group in GROUPS} == {"180s"}


def test_everything_else_of_a_running_stack_is_there() -> None:
    others = set(SERVICES) - {group.name for group in GROUPS} - STORES
    assert others == {"migrate", "ingress", "beat", "flower", "sandbox"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]
    assert all(service["build"] == "." for name, service in SERVICES.items() if name not in STORES)


def test_each_process_is_told_what_it_reads_and_nothing_else() -> None:
    told = {name: {each.lower() for each in SERVICES[name].get("environment", ())} for name in SERVICES}
    for name in ("ingress", "beat", "flower", *(group.name for group in GROUPS)):
        reads = set(READ_BY["worker" if name in {group.name for group in GROUPS} else name])
        assert told[name] - {"flower_unauthenticated_api"} <= reads, name
    assert told["migrate"] == {"database_url", "ingress_database_url", "worker_database_url", "portal_database_url"}


def test_nothing_is_reachable_from_outside_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_secrets_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY|AUTH)\w*)", text):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text


def test_the_stores_keep_what_they_are_given() -> None:
    broker = SERVICES["broker"]["command"][-1]
    for option in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction", "requirepass"):
        assert option in broker
    assert f"max_connections={SERVER_SETTINGS['max_connections']}" in SERVICES["postgres"]["command"]
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert all("healthcheck" in SERVICES[name] for name in STORES)


def test_the_sandbox_is_started_as_it_can_be() -> None:
    arguments = sandbox_parser().parse_args(SERVICES["sandbox"]["command"][3:])
    assert arguments.webhook_url == f"http://ingress:8000{STRIPE_WEBHOOK_PATH}"
    assert arguments.webhook_secret == [SANDBOX_WEBHOOK_SECRET]


def test_flower_asks_for_a_password() -> None:
    environment = SERVICES["flower"]["environment"]
    assert environment["FLOWER_BASIC_AUTH"].startswith("${FLOWER_BASIC_AUTH:?")
    assert environment["FLOWER_UNAUTHENTICATED_API"] == "false"


def test_the_image_runs_as_nobody_special_and_holds_every_package() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER cashbeat$", dockerfile, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in dockerfile
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    kept = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert packages <= kept | {"LICENSE"}
