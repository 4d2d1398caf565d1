"""A code word is easily said, and the seller's and the customer's are the same."""

import re
import uuid
from collections import Counter

from bot.domain.codeword import code_word


def test_the_same_draft_has_the_same_word_for_ever():
    assert code_word("draft-1") == code_word("draft-1") == "Molde 81"


def test_a_word_is_a_town_and_two_digits():
    for _ in range(500):
        assert re.fullmatch(r"[A-ZÅÄÖØ][a-zåäöøæ]+ [1-9][0-9]", code_word(uuid.uuid4().hex))


def test_two_customers_hardly_ever_share_one():
    words = Counter(code_word(str(n)) for n in range(5000))

    assert len(words) > 3000
    assert max(words.values()) < 10
