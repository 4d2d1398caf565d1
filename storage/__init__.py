"""Where Paylink remembers: SQLite or PostgreSQL behind one unit of work. Rows never leave this folder."""
