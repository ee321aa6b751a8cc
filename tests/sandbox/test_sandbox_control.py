"""Steering: faults, options, time, pages, the command line."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import requests

from sandbox import card_control, control, faults
from sandbox.paypal import control as paypal_control
from sandbox.paypal.disputes import control as disputes_control
from sandbox.paypal.subscriptions import control as subscriptions_control
from sandbox.paypal.vault import control as vault_control
from sandbox.stripe.payments import challenge_page
from tests.sandbox.running import ANSWER_SECONDS, Api, RunningSandbox

ROOT = Path(__file__).resolve().parents[2]


def test_faults_are_listed_counted_and_taken_away(api: Api) -> None:
    one = api.sandbox.control("POST", "faults", {"kind": "429", "path": "/v1/charges", "count": 1})
    api.sandbox.control("POST", "faults", {"kind": "delay", "seconds": 1})
    assert api.call("GET", "/v1/charges")[0] == 429
    assert api.call("GET", "/v1/charges")[0] == 200
    listed = api.sandbox.control("GET", "faults")["faults"]
    assert [(fault["kind"], fault["struck"], fault["spent"]) for fault in listed] == [
        ("429", 1, True),
        ("delay", 0, False),
    ]
    left = api.sandbox.control("DELETE", f"faults/{one['id']}")["faults"]
    assert [fault["kind"] for fault in left] == ["delay"]
    assert api.sandbox.control("DELETE", "faults")["faults"] == []


def test_a_method_and_a_path_narrow_a_fault(api: Api) -> None:
    api.sandbox.arm("500", path="/v1/customers", method="POST")
    assert api.call("GET", "/v1/customers")[0] == 200
    assert api.call("POST", "/v1/payment_intents", "amount=1000&currency=usd")[0] == 200
    assert api.call("POST", "/v1/customers")[0] == 500


def test_faults_without_a_path_leave_pages_and_control_alone(sandbox_server: RunningSandbox) -> None:
    sandbox_server.arm("answer_lost")
    assert requests.get(f"{sandbox_server.address}/", timeout=ANSWER_SECONDS).status_code == 200
    assert sandbox_server.control("GET", "ledger")["charges"] is not None


@pytest.mark.parametrize(
    "fault",
    [{}, {"kind": "flood"}, {"kind": "drop", "rate": 2}, {"kind": "delay"}, {"kind": "429", "colour": "red"}, []],
)
def test_faults_that_make_no_sense_are_refused(sandbox_server: RunningSandbox, fault: object) -> None:
    answer = requests.post(f"{sandbox_server.address}/sandbox/faults", json=fault, timeout=ANSWER_SECONDS)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"api_version": "yesterday"},
        {"webhook_url": "ftp://x"},
        {"webhook_url": "http://x:notaport/"},
        {"webhook_secrets": []},
        {"api_keys": []},
        {"portal_saved": "yes"},
        {"retry_seconds": ["soon"]},
        {"attempts_max": 0},
        {"rate_limit_per_second": -1},
        {"rate_limit_per_second": "many"},
        {"answer_delay_seconds": -0.1},
        {"answer_delay_seconds": 3600},
        {"least_charge": 0},
        {"home": "elsewhere"},
    ],
)
def test_options_that_make_no_sense_are_refused(sandbox_server: RunningSandbox, change: object) -> None:
    before = sandbox_server.control("GET", "options")
    answer = requests.patch(f"{sandbox_server.address}/sandbox/options", json=change, timeout=ANSWER_SECONDS)
    assert answer.status_code == 400
    assert sandbox_server.control("GET", "options") == before


@pytest.mark.parametrize("seconds", [0, -5, "5", None, 10**12])
def test_time_goes_forward_in_reasonable_steps(sandbox_server: RunningSandbox, seconds: object) -> None:
    url = f"{sandbox_server.address}/sandbox/clock/advance"
    assert requests.post(url, json={"seconds": seconds}, timeout=ANSWER_SECONDS).status_code == 400


def test_what_is_not_imitated_says_so_in_stripes_words(sandbox_server: RunningSandbox) -> None:
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    answer = requests.get(f"{sandbox_server.address}/v1/topups", headers=headers, timeout=ANSWER_SECONDS)
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


def test_every_fault_says_what_it_imitates() -> None:
    kinds = get_args(get_args(faults.AnyFault)[0])
    assert len(kinds) == 9
    assert [kind.__name__ for kind in kinds if "mitates" not in (kind.__doc__ or "")] == []


def test_the_readme_knows_every_fault_every_option_and_every_address() -> None:
    readme = (ROOT / "sandbox" / "README.md").read_text()
    kinds = get_args(get_args(faults.AnyFault)[0])
    told = [f"`{get_args(kind.model_fields['kind'].annotation)[0]}`" for kind in kinds]
    own = {"kind", "rate", "count", "path", "method", "event_types"}
    told += [f"`{field}`" for kind in kinds for field in kind.model_fields if field not in own]
    told += [
        re.sub(r"\{.*?\}", "{id}", route.path)
        for route in (
            *control.routes(),
            *card_control.routes(),
            *challenge_page.routes(),
            *paypal_control.routes(),
            *vault_control.routes(),
            *disputes_control.routes(),
            *subscriptions_control.routes(),
        )
    ]
    assert [word for word in told if word not in readme] == []


def test_the_command_line_explains_itself() -> None:
    command = [sys.executable, "-m", "sandbox", "--help"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for option in (
        "--port",
        "--home",
        "--webhook-url",
        "--webhook-secret",
        "--api-version",
        "--seed",
        "--rate-limit-per-second",
        "--answer-delay-seconds",
        "examples:",
    ):
        assert option in told


def test_started_by_hand_it_says_where_it_answers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[1]
        assert requests.get(f"{address}sandbox/clock", timeout=ANSWER_SECONDS).status_code == 200
        process.terminate()


def test_a_taken_port_and_a_wrong_version_are_said_plainly(sandbox_server: RunningSandbox, tmp_path: Path) -> None:
    port = sandbox_server.address.rpartition(":")[2]
    for wrong in (["--port", port], ["--port", "0", "--api-version", "new"]):
        command = [sys.executable, "-m", "sandbox", "--home", str(tmp_path), *wrong]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr


def test_the_sandbox_imports_none_of_the_rooms_it_tests() -> None:
    program = (
        "import sys, sandbox.__main__; rooms = 'billing workers database ingress gateways tasks stripe resend celery'; "
        "sys.stdout.write(' '.join(room for room in rooms.split() if room in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
