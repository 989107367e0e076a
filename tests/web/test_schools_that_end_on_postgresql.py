"""The same of a school that closes, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql_server import Server
from tests.web import test_schools_that_end
from tests.workspaces import Kept

pytestmark = pytest.mark.postgres
FIXTURES = ("begun", "desk")


@pytest.fixture(scope="module", autouse=True)
def on_the_server(server: Server) -> Iterator[Server]:
    """Every workspace that these tests make keeps its data on the server."""
    Kept.on = server
    yield server
    Kept.on = None


globals().update(
    {name: value for name, value in vars(test_schools_that_end).items() if name in FIXTURES or name[:5] == "test_"}
)
