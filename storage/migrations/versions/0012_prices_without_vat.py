"""Lines whose price was typed without VAT: it is added to the line's total, which is rounded once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The prices that are there hold VAT: until now it was added to the price of one."""
    op.add_column("order_line", sa.Column("without_vat", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("order_line", "without_vat", server_default=None)


def downgrade() -> None:
    """Put VAT on the price of one again, rounded as it was done then."""
    op.execute("UPDATE order_line SET unit_price = (unit_price * (10000 + vat) * 2 + 10000) / 20000 WHERE without_vat")
    op.drop_column("order_line", "without_vat")
