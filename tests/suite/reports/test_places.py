"""A requirement is found at the file and line that state it."""

from __future__ import annotations

import pytest

from tests.harness.contract import ROOT, parse_pointer, requirements
from tests.harness.reports import places
from tests.harness.reports.places import Place, line_of, place_of


def text_at(place: Place) -> str:
    """The line of the file."""
    return (ROOT.parent / place.file).read_text("utf-8").splitlines()[place.line - 1]


@pytest.mark.parametrize("id", requirements())
def test_a_requirement_stands_at_the_key_that_its_first_pointer_names(id: str) -> None:
    pointer = parse_pointer(requirements()[id].pointers[0])

    place = place_of(id)

    assert place.file == f"openapi/{pointer[0]}"
    assert text_at(place).strip().strip("'\"").startswith(pointer[-1])


def test_a_requirement_whose_pointer_leads_nowhere_stands_in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "line_of", lambda _pointer: None)

    for id in requirements():
        assert text_at(place_of(id)) == f"- id: {id}"


@pytest.mark.parametrize(
    "pointer",
    [
        ("no-such-file.yaml",),
        ("paths/event.yaml", "put", "nothing"),
        ("paths/event.yaml", "parameters", "9"),
        ("paths/event.yaml", "parameters", "x"),
        ("paths/event.yaml", "put", "operationId", "deeper"),
    ],
)
def test_a_pointer_that_leads_nowhere_has_no_line(pointer: tuple[str, ...]) -> None:
    assert line_of(pointer) is None


def test_an_item_of_a_list_and_a_whole_file_have_lines() -> None:
    assert line_of(("paths/event.yaml",)) == 1
    first, second = (line_of(("paths/event.yaml", "parameters", number)) for number in ("0", "1"))
    assert first is not None
    assert second == first + 1


def test_an_unknown_requirement_has_no_place() -> None:
    with pytest.raises(KeyError):
        place_of("EVENT-99")
