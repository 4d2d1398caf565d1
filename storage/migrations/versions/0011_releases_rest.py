"""Captures that are the last one and release the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No capture so far was."""
    op.add_column("operation", sa.Column("releases_rest", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("operation", "releases_rest", server_default=None)


def downgrade() -> None:
    """Forget it."""
    op.drop_column("operation", "releases_rest")
