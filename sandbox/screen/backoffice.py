"""Dintero's Backoffice."""

from sandbox.dintero import Dintero


def payments(dintero: Dintero) -> list:
    return list(dintero.transactions.values())
