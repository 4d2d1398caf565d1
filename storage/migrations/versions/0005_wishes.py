"""What an order may wish for: methods, a profile, an address, terms, reminders, a thread to stand in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PRESET = {"methods": "[]", "profile": "", "address": "", "terms": "", "remind": "none"}


def upgrade() -> None:
    """Orders that are there wish for nothing special."""
    op.add_column("orders", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("orders", sa.Column("thread", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("remind_opened", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, preset in _PRESET.items():
        of = sa.Text() if name == "methods" else sa.String()
        op.add_column("orders", sa.Column(name, of, nullable=False, server_default=preset))
    if op.get_context().dialect.name == "postgresql":
        for name in ("remind_opened", *_PRESET):
            op.alter_column("orders", name, server_default=None)


def downgrade() -> None:
    """Forget them."""
    for name in (*_PRESET, "remind_opened", "thread", "name"):
        op.drop_column("orders", name)
