"""What tests of several folders share."""

import re
from collections.abc import Iterator
from pathlib import Path

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


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """True for a module of which no test is asked for, unless it is named: reading them would take seconds."""
    if not collection_path.match("test_*.py") or any(collection_path.name in given for given in config.args):
        return None
    every = re.search(r"^pytestmark = .*\bmark\.(\w+)", collection_path.read_text(encoding="utf-8"), re.MULTILINE)
    return True if every is not None and f"not {every[1]}" in config.option.markexpr else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL server for all tests that ask for it."""
    with a_server() as running:
        yield running
