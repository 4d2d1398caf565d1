"""Mails to customers: written here, and handed to a mail server."""
