"""Mail that came in, on PostgreSQL: the same, also when two workers read one mailbox at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.app.inbox import read_inbox, summary
from engine.store.tables import acts, received
from tests.app.test_inbox import OC, TABLE, YES, a_mail
from tests.mailboxes import NOW, Box, an_asking_office, known
from tests.postgresql_server import Server
from tests.workspaces import Kept, an_imported_office

pytestmark = pytest.mark.postgres


def test_two_workers_file_each_mail_once(server: Server, tmp_path: Path) -> None:
    Kept.on = server
    try:
        an_imported_office(tmp_path / "w", rules=("thuiszitters",))
    finally:
        Kept.on = None
    means = an_asking_office(tmp_path / "w")
    names = [name for name in TABLE if name != "terug-nog-onderweg"]
    box = Box({number: a_mail(name) for number, name in enumerate(names, start=1)})
    count = len(box.mails)
    workers = [threading.Thread(target=read_inbox, args=(means, box, NOW)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(box.mails) + len(box.done) == count
    with means.database.read() as connection:
        filed = connection.execute(select(func.count()).select_from(received)).scalar_one()
        told = connection.execute(select(acts.c.text).where(acts.c.kind == "bounce")).scalars().all()
    # What was understood, and the two that a person must read as well.
    assert filed == len(box.done) + 2
    assert len(told) == 4
    assert known(means)[OC] == YES
    assert summary(read_inbox(means, box, NOW)) == "Er is geen nieuwe mail."
    means.database.close()
