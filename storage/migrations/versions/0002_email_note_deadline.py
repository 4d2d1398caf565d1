"""The customer's e-mail address, a note, and how long an order's links live."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders that are there lived for a week, the form's own deadline."""
    for name in ("email", "note"):
        op.add_column("orders", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("deadline", sa.String(), nullable=False, server_default="7d"))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("orders", "deadline", server_default=None)


def downgrade() -> None:
    """Forget them."""
    for name in ("deadline", "note", "email"):
        op.drop_column("orders", name)
