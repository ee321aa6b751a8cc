"""docker-compose.yml and Dockerfile run the same processes as `cashbeat up`."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from sandbox.__main__ import _parser as sandbox_parser
from settings import READ_BY, SANDBOX_WEBHOOK_SECRET, Settings
from stack.addresses import WEBHOOK_PATH
from stack.postgres import SERVER_SETTINGS
from stack.processes import worker_argv
from workers.pulse_file import FOLDER
from workers.queues import GROUPS, QUEUE_NAMES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
STORES = {"postgres", "broker"}
MONITORS = {"prometheus", "grafana"}
# they may be left out: the database holds them, or there are no such callers
OF_VENDORS = {
    "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_SECRETS", "RESEND_API_KEY",
    "RESEND_WEBHOOK_SECRETS", "USER_TOKEN_SECRETS",
}  # fmt: skip
# where it listens is given by the image or the command line
GIVEN = {"cashbeat_home"}


def test_every_worker_group_is_a_service_with_the_same_command() -> None:
    workers = {name: service["command"] for name, service in SERVICES.items() if "worker" in service.get("command", ())}
    assert workers == {group.name: ["python", *worker_argv(group)] for group in GROUPS}
    served = [queue for command in workers.values() for queue in command[command.index("-Q") + 1].split(",")]
    assert sorted(served) == sorted(QUEUE_NAMES)


def test_workers_get_the_time_their_longest_task_needs() -> None:
    assert {SERVICES[group.name]["stop_grace_period"] for group in GROUPS} == {"180s"}


def test_everything_else_of_a_running_stack_is_there() -> None:
    others = set(SERVICES) - {group.name for group in GROUPS} - STORES - MONITORS
    assert others == {"migrate", "ingress", "portal", "console", "beat", "flower", "sandbox", "operator"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


def test_one_image_is_built_once_and_runs_everywhere() -> None:
    ours = {name: service for name, service in SERVICES.items() if name not in STORES | MONITORS}
    assert [name for name, service in ours.items() if "build" in service] == ["migrate"]
    release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in ours.values()} == {f"cashbeat:{release}"}, "to go back there must be two"
    assert {service["pull_policy"] for name, service in ours.items() if name != "migrate"} == {"never"}


def test_who_watches_is_asked_for() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["monitoring"]} == MONITORS


def test_workers_and_beat_are_judged_by_the_file_that_they_touch() -> None:
    for name in ("beat", *(group.name for group in GROUPS)):
        command, look = SERVICES[name]["healthcheck"]["test"]
        assert command == "CMD-SHELL"
        assert f"/{FOLDER} -name '*.pulse'" in look
        assert "CASHBEAT_HOME=/var/lib/cashbeat" in (ROOT / "Dockerfile").read_text()


def test_the_example_names_every_variable_and_no_other() -> None:
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == wanted
    assert set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)) <= wanted
    assert re.findall(r"^[A-Z_]+=(.+)$", example, re.MULTILINE) == [], "it holds no value that somebody would keep"


def test_each_process_is_told_what_it_reads_and_nothing_else() -> None:
    told = {name: {each.lower() for each in SERVICES[name].get("environment", ())} for name in SERVICES}
    for name in ("ingress", "portal", "console", "beat", "flower", "sandbox", *(group.name for group in GROUPS)):
        reads = set(READ_BY[name])
        assert told[name] - {"flower_unauthenticated_api"} == reads - GIVEN, name
    of_roles = {"database_url", *(f"{role}_database_url" for role in ("ingress", "worker", "portal", "console"))}
    # all roles' addresses, so that no command makes up another password for one of them; and what fills vendors' rows
    of_vendors = {each for each in Settings.model_fields if each.startswith(("stripe_", "paypal_", "resend_"))}
    owner = of_roles | of_vendors | {"cashbeat_master_keys"} | (told["beat"] - {"broker_url"})
    assert told["migrate"] == told["operator"] == owner
    assert set().union(*told.values()) >= {name for name in Settings.model_fields if name not in GIVEN}


def test_nothing_is_reachable_from_outside_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_secrets_have_no_default_and_those_of_vendors_may_be_set_later() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = set(re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY|AUTH)\w*)", text))
    for name in secrets & OF_VENDORS:
        assert set(re.findall(rf"\${{{name}(.*?)}}", text)) == {":-"}
    for name in secrets - OF_VENDORS:
        assert set(re.findall(rf"\${{{name}(.*?)}}", text)) == {":?set it in .env"}
    assert secrets > OF_VENDORS
    assert SERVICES["migrate"]["command"] == ["cashbeat", "seed"], "which seals what is set into the database"


def test_the_stores_keep_what_they_are_given() -> None:
    broker = SERVICES["broker"]["command"][-1]
    for option in ("--appendonly yes", "--appendfsync everysec", "--maxmemory-policy noeviction", "requirepass"):
        assert option in broker
    assert f"max_connections={SERVER_SETTINGS['max_connections']}" in SERVICES["postgres"]["command"]
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert all("healthcheck" in SERVICES[name] for name in STORES)


def test_the_sandbox_is_started_as_it_can_be() -> None:
    arguments = sandbox_parser().parse_args(SERVICES["sandbox"]["command"][3:])
    assert arguments.webhook_url == f"http://ingress:8000{WEBHOOK_PATH.format('stripe')}"
    assert arguments.webhook_secret == [SANDBOX_WEBHOOK_SECRET]


def test_flower_asks_for_a_password() -> None:
    environment = SERVICES["flower"]["environment"]
    assert environment["FLOWER_BASIC_AUTH"].startswith("${FLOWER_BASIC_AUTH:?")
    assert environment["FLOWER_UNAUTHENTICATED_API"] == "false"


def test_a_person_has_a_container_of_his_own_and_the_pages_name_its_command() -> None:
    operator = SERVICES["operator"]
    assert operator["profiles"] == ["operator"], "it is run for one command, not kept up"
    assert operator["restart"] == "no"
    assert list(operator["depends_on"]) == ["postgres"], "at night nothing is built, migrated or started for a look"
    night = "docker compose run --rm operator cashbeat parked"
    restore = "docker compose run --rm operator cashbeat restore-check"
    assert night in (ROOT / "docs" / "operations.md").read_text()
    assert restore in (ROOT / "docs" / "backup.md").read_text()


def test_behind_the_proxy_no_address_is_counted() -> None:
    """All customers and gateways come from that one; it has to count them itself."""
    assert SERVICES["ingress"]["environment"]["INGRESS_CONNECTIONS_PER_ADDRESS"].endswith(":-0}")


def test_going_back_with_docker_is_written_down() -> None:
    page = (ROOT / "docs" / "rollback.md").read_text()
    assert "docker compose up -d --no-build" in page


def test_flower_by_hand_is_open_to_this_machine_alone() -> None:
    commands = re.findall(r"`(python [^`]* flower[^`]*)`", (ROOT / "docs" / "operations.md").read_text())
    assert commands
    assert all("--address=127.0.0.1" in command for command in commands)


def test_the_image_runs_as_nobody_special_and_holds_every_package() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER cashbeat$", dockerfile, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in dockerfile
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"}
    kept = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert packages <= kept | {"LICENSE"}
