"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests.postgresql_server import Server, a_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL server for all tests that ask for it."""
    with a_server() as running:
        yield running
