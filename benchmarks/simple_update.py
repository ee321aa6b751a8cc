"""A floor: pgbench's simple update, as many clients as ours, on the same server in the same run."""

import re
import subprocess

from benchmarks.parts import Bench
from stack.postgres import program

DATABASE = "pgbench"
SECONDS = 5
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def simple_updates_per_second(bench: Bench, clients: int) -> float:
    """Transactions per second: an UPDATE by key, a SELECT and an INSERT, durably committed."""
    bench.postgres.create_database(DATABASE)
    # one branch per client, as pgbench's manual asks for
    url = bench.postgres.url(DATABASE)
    _pgbench(["--initialize", "--quiet", "--scale", str(clients), url])
    figures = ["--no-vacuum", "--builtin", "simple-update", "--client", str(clients), "--time", str(SECONDS)]
    told = _pgbench([*figures, url])
    bench.postgres.drop_database(DATABASE)
    found = TPS.search(told)
    if found is None:
        raise RuntimeError(f"pgbench told no rate: {told[-500:]}")
    return float(found[1])


def _pgbench(arguments: list[str]) -> str:
    command = [str(program("pgbench")), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
