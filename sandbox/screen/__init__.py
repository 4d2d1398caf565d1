"""The sandbox in a browser: a Slack, a customer's phone, and the world around them, on one page."""

from sandbox.screen.app import create_app

__all__ = ["create_app"]
