"""A word that is easily said on the phone: the seller says it, the customer finds it on the page before them.

It proves nothing, for it can be guessed and passed on; it tells an honest customer which page was meant.
"""

import hashlib
from typing import Final

_TOWNS: Final = (
    "Aalborg", "Aarhus", "Arendal", "Bergen", "Billund", "Bodø", "Borlänge", "Drammen", "Esbjerg", "Eskilstuna",
    "Espoo", "Falun", "Gävle", "Gjøvik", "Göteborg", "Halden", "Halmstad", "Hamar", "Hammerfest", "Harstad",
    "Haugesund", "Helsinki", "Horsens", "Imatra", "Joensuu", "Kalmar", "Karlstad", "Kiruna", "Kokkola", "Kolding",
    "Kotka", "Kuopio", "Lahti", "Larvik", "Lillehammer", "Luleå", "Malmö", "Molde", "Narvik", "Norrköping",
    "Odense", "Oslo", "Oulu", "Porsgrunn", "Porvoo", "Randers", "Rauma", "Rovaniemi", "Silkeborg", "Skien",
    "Stavanger", "Svendborg", "Tampere", "Tromsø", "Turku", "Uppsala", "Vaasa", "Varberg", "Vejle", "Viborg",
    "Visby", "Voss", "Ystad", "Örebro",
)  # fmt: skip


def code_word(draft_id: str) -> str:
    """The code word of the order that this draft makes: a town and two digits, always the same for the same draft."""
    chosen = int.from_bytes(hashlib.sha256(draft_id.encode()).digest()[:8], "big")
    number, town = divmod(chosen, len(_TOWNS))
    return f"{_TOWNS[town]} {10 + number % 90}"
