"""what an invitation said of when and where, and in whose place a guest came"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("starts", sa.BigInteger()))
    op.add_column("invitations", sa.Column("minutes", sa.Integer()))
    op.add_column("invitations", sa.Column("place", sa.Text()))
    op.add_column("attendees", sa.Column("instead_of", sa.Integer()))
