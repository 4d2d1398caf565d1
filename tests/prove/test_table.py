"""The table of docs/guarantees.md is what the proofs counted."""

from tests.prove.__main__ import BEGIN, END, rewrite
from tests.prove.tally import Tally


def test_counts_of_the_same_attack_are_added_up_and_the_rest_of_the_page_stays():
    counted = [
        Tally(2, "sweeps", tried=3),
        Tally(1, "crashes", tried=1200, doubled=["capture, commit 3"]),
        Tally(2, "sweeps", tried=4, lost=["a payment"]),
    ]

    page = rewrite(f"Before\n{BEGIN}\nold\n{END}\nAfter\n", counted)

    assert page.startswith(f"Before\n{BEGIN}\n")
    assert page.endswith(f"{END}\nAfter\n")
    assert page.splitlines()[5:7] == ["| 1 | crashes | 1,200 | 0 | 1 | 0 |", "| 2 | sweeps | 7 | 1 | 0 | 0 |"]
