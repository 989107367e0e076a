"""The same of a schooljaar that is closed, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance import test_a_year_that_ends
from tests.postgresql_server import Server
from tests.workspaces import Kept

pytestmark = pytest.mark.postgres
FIXTURES = ("ended", "desk")


@pytest.fixture(scope="module", autouse=True)
def on_the_server(server: Server) -> Iterator[Server]:
    """Every workspace that these tests make keeps its data on the server."""
    Kept.on = server
    yield server
    Kept.on = None


globals().update(
    {name: value for name, value in vars(test_a_year_that_ends).items() if name in FIXTURES or name[:5] == "test_"}
)
