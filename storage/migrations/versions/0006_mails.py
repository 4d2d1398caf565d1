"""Mails to customers, and when a link is called to mind."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING = "state IN ('wanted', 'sending')"
_REMINDED = "remind_at IS NOT NULL"


def upgrade() -> None:
    """No mails to begin with, and no reminders for links that are there."""
    op.create_table(
        "mail",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name="fk_mail_link_id_link"),
        sa.UniqueConstraint("link_id", "n", name="uq_mail_link_id"),
    )
    op.create_index(
        "ix_mail_run", "mail", ["state", "due_at"], sqlite_where=sa.text(_WAITING), postgresql_where=sa.text(_WAITING)
    )
    op.add_column("link", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("link", sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"))
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("link", "reminded", server_default=None)
    op.create_index(
        "ix_link_remind", "link", ["remind_at"], sqlite_where=sa.text(_REMINDED), postgresql_where=sa.text(_REMINDED)
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("ix_link_remind", "link")
    op.drop_column("link", "reminded")
    op.drop_column("link", "remind_at")
    op.drop_index("ix_mail_run", "mail")
    op.drop_table("mail")
