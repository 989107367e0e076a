"""what the overview reads is found by party, and by what is not finished"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("state IN ('planned', 'open', 'submitted')")


def upgrade() -> None:
    op.create_index("ix_parties_kind_name", "parties", ["kind", "name"])
    op.create_index("ix_parties_bestuur", "parties", ["bestuur"])
    op.create_index("ix_roles_party", "roles", ["party"])
    op.create_index("ix_roles_role_contact", "roles", ["role", "contact"])
    op.create_index("ix_tasks_party_schooljaar", "tasks", ["party", "schooljaar"])
    op.create_index(
        "ix_tasks_unfinished",
        "tasks",
        ["kind", "schooljaar"],
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
