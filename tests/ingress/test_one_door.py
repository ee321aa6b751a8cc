"""The processes of one door share its port, and nobody else does: the kernel would deal out connections to both."""

import pytest

from settings import Settings
from tests.ingress.running_door import START_SECONDS_MAX, as_process, start


def test_a_second_door_on_the_port_is_refused_and_leaves_the_first_as_it_was(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with as_process(settings) as (door, _process):
        port = door.base_url.port
        assert port is not None
        metrics = settings.cashbeat_home / "run" / "metrics"
        kept = {file.name for file in metrics.iterdir()}
        second = start(settings, port)
        try:
            assert second.wait(START_SECONDS_MAX) == 2
        finally:
            second.terminate()
            second.wait(15)
        assert f"cashbeat: port {port} of 127.0.0.1 is already in use\n" in capfd.readouterr().err
        assert kept <= {file.name for file in metrics.iterdir()}
        assert door.get("/healthz").status_code == 200
