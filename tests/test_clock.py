"""The product's one clock."""

from datetime import UTC, datetime

import pytest
import time_machine

from bot.clock import SystemClock


@pytest.mark.parametrize("zone", ["Europe/Oslo", "America/New_York"])
def test_the_time_is_aware_and_in_utc_also_in_the_night_when_clocks_change(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    with time_machine.travel("2026-03-29T01:30:00Z", tick=False):
        seen = SystemClock().now(), SystemClock().machine_now()

    assert seen == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC),) * 2


def test_time_inside_the_process_never_goes_back():
    clock = SystemClock()

    readings = [clock.monotonic() for _ in range(100)]

    assert readings == sorted(readings)
