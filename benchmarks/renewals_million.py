"""A million renewals beside a hundred thousand: as fast, and in no more memory. About a quarter of an hour."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.renewals import running_server
from benchmarks.renewals_due import make_due
from benchmarks.renewals_run import NOW, Renewed, renew
from benchmarks.row import Row
from settings import Settings
from stack.postgres import EmbeddedPostgres
from stack.prepare import migrate
from stack.stores import urls_of

SMALL, LARGE = 100_000, 1_000_000
AIM = 0.9


def renewals_million() -> list[Row]:
    """The larger rate over the smaller, and the smaller peak of memory over the larger."""
    with running_server() as server:
        small, large = _measure(server, SMALL), _measure(server, LARGE)
    rate, memory = large.per_second / small.per_second, small.peak_mb / large.peak_mb
    return [
        Row("renewals.million_over_100k", large.per_second, "renewals/s", small.per_second, rate, AIM),
        Row("renewals.million_memory_peak", large.peak_mb, "MB", small.peak_mb, memory, AIM),
    ]


def _measure(server: EmbeddedPostgres, size: int) -> Renewed:
    """In a process of its own, whose memory has seen nothing else."""
    name = f"books_{size}"
    server.create_database(name)
    urls = urls_of(Settings(), server.home, server.url(name))
    migrate(urls)
    make_due(server.url(name), size, NOW)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        renewed = process.submit(renew, urls.worker, size).result()
    server.drop_database(name)
    return renewed
