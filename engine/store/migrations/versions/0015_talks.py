"""steps that hang on an appointment, and who is asked to come to it"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("appointments", sa.Column("roles", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("steps", sa.Column("on_talk", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Until now only such steps could be without a day.
    op.execute("UPDATE steps SET on_talk = (1 = 1) WHERE date IS NULL")
