"""The seed of addresses and of the phone search, apart from the keys, so that every key can be rotated away."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; `serve` fills it."""
    op.create_table(
        "seed",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_seed"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("seed")
