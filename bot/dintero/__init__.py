"""Dintero's payment API: its words stop in this package."""
