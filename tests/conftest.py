"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
import structlog

from tests.in_memory import keep_files_in_memory
from tests.postgresql_server import Server, a_server

keep_files_in_memory()

# A traceback without the values of every local: those of a page are long, and some are secret.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ],
    logger_factory=structlog.PrintLoggerFactory(),
)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL server for all tests that ask for it."""
    with a_server() as running:
        yield running
