"""The projection: two answers are the same where what the documents name of them is."""

from __future__ import annotations

import copy

import pytest

from tests.harness.exchange import RECONCILE_EVENT, RECONCILE_QUALITY_PROCESS, Json
from tests.harness.projection import documented
from tests.suite.exchanges import EVENT, FOREIGN_EVENT, FOREIGN_PROCESS, OTHER_PROCESS, PROCESS, shown


def test_an_object_of_documented_fields_stays_whole() -> None:
    event = documented(RECONCILE_EVENT, shown(EVENT, True))

    assert set(event) == set(shown(EVENT, True))
    assert set(event["change"]) == set(shown(EVENT, True)["change"])
    assert event["creator"] == shown(EVENT, True)["creator"]


@pytest.mark.parametrize("value", [True, False])
def test_every_documented_form_of_a_quality_process_stays_whole(value: bool) -> None:
    for ref in (PROCESS, OTHER_PROCESS, FOREIGN_PROCESS):
        process = shown(ref, value)
        found = documented(RECONCILE_QUALITY_PROCESS, process)

        assert set(found) == set(process)
        for name in ("preEvent", "postEvent"):
            assert (found[name] is None) == (process[name] is None)
            assert set(found[name] or {}) == set(process[name] or {})


def test_a_revisioning_event_stays_whole() -> None:
    event = documented(RECONCILE_EVENT, shown(FOREIGN_EVENT, True))

    assert set(event["revisioningEvent"]) == {"guid", "number", "performedOnDateTime"}


@pytest.mark.parametrize("path", [(), ("creator",), ("change",), ("change", "category")])
def test_fields_that_the_document_does_not_name_are_left_out(path: tuple[str, ...]) -> None:
    event = copy.deepcopy(shown(EVENT, True))
    place = event
    for name in path:
        place = place[name]
    place["requestId"] = "differs each time"

    assert documented(RECONCILE_EVENT, event) == documented(RECONCILE_EVENT, shown(EVENT, True))


@pytest.mark.parametrize(
    "text", ["2020-03-13T22:47:36+00:00", "2020-03-13T23:47:36+01:00", "2020-03-13T22:47:36.000Z", "20200313T224736Z"]
)
def test_one_instant_is_the_same_however_it_is_written(text: str) -> None:
    written = shown(EVENT, True, creationDateTime=text)

    assert documented(RECONCILE_EVENT, written) == documented(RECONCILE_EVENT, shown(EVENT, True))


def test_an_instant_deep_in_an_object_is_the_same_too() -> None:
    event = copy.deepcopy(shown(EVENT, True))
    event["change"]["approvedOnDateTime"] = "2020-03-13T17:47:34-05:00"

    assert documented(RECONCILE_EVENT, event) == documented(RECONCILE_EVENT, shown(EVENT, True))


@pytest.mark.parametrize("text", ["2020-03-13T22:47:37Z", "2020-03-13T22:47:36.001Z", "2020-03-13T22:47:36-01:00"])
def test_another_instant_differs(text: str) -> None:
    written = shown(EVENT, True, creationDateTime=text)

    assert documented(RECONCILE_EVENT, written) != documented(RECONCILE_EVENT, shown(EVENT, True))


@pytest.mark.parametrize(
    "text",
    [
        "2020-03-13T22:47:36",
        "yesterday",
        "",
        "2020-02-30T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_a_text_that_is_no_instant_stays_as_it_is(text: str) -> None:
    event = documented(RECONCILE_EVENT, shown(EVENT, True, creationDateTime=text))

    assert event["creationDateTime"] == text


@pytest.mark.parametrize("name", ["status", "guid", "eventType"])
def test_a_text_that_looks_like_an_instant_elsewhere_stays_as_it_is(name: str) -> None:
    event = documented(RECONCILE_EVENT, shown(EVENT, True, **{name: "2020-03-13T23:47:36+01:00"}))

    assert event[name] == "2020-03-13T23:47:36+01:00"


@pytest.mark.parametrize("value", [None, 7, "event", True, []])
def test_what_is_no_object_stays_as_it_is(value: Json) -> None:
    assert documented(RECONCILE_EVENT, value) == value
    assert documented(RECONCILE_EVENT, shown(EVENT, True, creator=value))["creator"] == value


@pytest.mark.parametrize("url", [None, "https://app.example", {"api": "https://api.example"}, []])
def test_the_url_that_no_document_names_is_left_out(url: Json) -> None:
    assert documented(RECONCILE_EVENT, shown(EVENT, True, url=url)) == documented(RECONCILE_EVENT, shown(EVENT, True))


def test_absent_and_null_differ() -> None:
    absent = documented(RECONCILE_QUALITY_PROCESS, shown(PROCESS, False))
    null = documented(RECONCILE_QUALITY_PROCESS, shown(PROCESS, False, reconciledUser=None))

    assert absent != null


def test_the_value_that_is_given_is_left_as_it_was() -> None:
    event = shown(EVENT, True, more={"a": 1})
    before = copy.deepcopy(event)

    documented(RECONCILE_EVENT, event)

    assert event == before
