"""How many entries a payment's log had before an operation was sent: one among them is not the operation's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Operations that are there know no such number, and any entry that names them is theirs."""
    op.add_column("operation", sa.Column("log_before", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("operation", "log_before")
