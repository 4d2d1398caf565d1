"""Paylink: payment links issued, followed and settled from Slack."""
