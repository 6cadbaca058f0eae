"""The time zones that a meeting may have."""

import pytest

from lag_tracker.web.fields.moments import european_zones


@pytest.mark.parametrize(
    ("lang", "cities"), [("lv", {"Rīga", "Kijiva", "Londona"}), ("en", {"Riga", "Kyiv", "London"})]
)
def test_each_city_is_offered_once(lang: str, cities: set[str]) -> None:
    names = list(european_zones(lang).values())
    assert len(names) == len(set(names))
    assert cities <= set(names)
