"""Who waits for a limit of Slack's comes back when it may be its turn."""

from bot.services.queues import _MOST, Queues


def waits(queues, *orders, queue="post:C1", now=1000.0, free_in=0.5):
    return [round(queues.wait(order, queue, now=now, free_in=free_in, every=1.0), 3) for order in orders]


def test_each_comes_back_for_a_turn_of_its_own():
    assert waits(Queues(), "a", "b", "c") == [0.5, 1.5, 2.5]


def test_who_finds_the_turn_taken_comes_before_those_who_are_new():
    queues = Queues()
    waits(queues, "a", "b", "c", "d")

    assert waits(queues, "a", "b", now=1001.5, free_in=0.8) == [0.8, 1.8], "and not for the same turn again"
    assert waits(queues, "e", now=1001.5, free_in=0.8) == [3.0], "behind d"


def test_queues_do_not_wait_for_each_other():
    queues = Queues()
    waits(queues, "a", "b", "c")

    assert waits(queues, "d", queue="post:C2") == [0.5]
    assert waits(queues, "a", queue="update:W1") == [0.5], "its card is told, its line waits elsewhere"


def test_whoever_was_told_and_has_news_again_joins_at_the_end():
    queues = Queues()
    waits(queues, "a", "b", "c")
    queues.leave("a")

    assert waits(queues, "a", now=1001.0) == [2.5]


def test_an_empty_queue_begins_anew():
    queues = Queues()
    waits(queues, "a", "b", "c")
    for order in "abc":
        queues.leave(order)
    queues.leave("never waited")

    assert waits(queues, "d", now=1000.1) == [0.5]


def test_a_queue_that_is_over_does_not_hold_anybody_up():
    queues = Queues()
    waits(queues, "a", "b")

    assert waits(queues, "c", now=2000.0) == [0.5]


def test_nobody_asks_a_lane_before_the_time_it_has_named():
    queues = Queues()
    queues.close("post:C1", 1002.0)

    assert [queues.free_in("post:C1", now) for now in (1000.0, 1001.5, 1002.0)] == [2.0, 0.5, 0.0]
    assert queues.free_in("post:C2", 1000.0) == 0.0


def test_what_is_remembered_is_bounded():
    queues = Queues()
    for number in range(_MOST + 5):
        queues.close(f"post:C{number}", 1000.5)
        waits(queues, f"o{number}", queue=f"post:C{number}")

    assert len(queues._places) == len(queues._ends) == 5
    assert len(queues._closed) <= 6
