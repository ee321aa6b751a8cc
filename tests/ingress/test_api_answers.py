"""Whatever the API's document allows and forbids is asked of a running door: it answers as the document says."""

from pathlib import Path
from uuid import UUID

import httpx
import pytest

from tests.api_check.asking import ask, config

SECONDS = 20


@pytest.mark.timeout(300)
def test_the_door_answers_as_its_document_says(
    door: httpx.Client, key: dict[str, str], acme_id: UUID, tmp_path: Path
) -> None:
    address = str(door.base_url).rstrip("/")
    token = key["Authorization"].removeprefix("Bearer ")
    running = ask(address, config(token, [str(acme_id)], str(acme_id)), tmp_path, SECONDS, "--seed", "1")
    said, _ = running.communicate()
    assert running.returncode == 0, said
