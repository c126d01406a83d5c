"""The files of the reports are written whole, and read again only when they are what they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.reports.answer import Report
from tests.harness.reports.files import ReportError, read, write
from tests.suite.reports.samples import answering, report, requirement


def test_what_is_written_is_read_again(tmp_path: Path, faulty: Report) -> None:
    write(faulty, tmp_path / "reports")

    assert read(tmp_path / "reports" / "conformance.json") == json.loads(json.dumps(faulty))


def test_half_a_surrogate_pair_is_no_trouble(tmp_path: Path) -> None:
    write(report(requirement("EVENT-3", "fail", answering("\ud83d", actual="\ud83d"))), tmp_path)

    for file in tmp_path.iterdir():
        assert file.read_text("utf-8")
    assert read(tmp_path / "conformance.json")["verdict"] == "nonconforming"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "no conformance.json"),
        (b'{"verdict": "conforming"}', "no conformance.json"),
        (json.dumps(report(verdict="good")).encode(), "verdict"),
        (json.dumps(report(seed="seven" * 999)).encode(), "seed"),
        (json.dumps(report(requirements=[{**requirement("EVENT-3"), "id": "EVENT-99"}])).encode(), "EVENT-99"),
    ],
)
def test_any_other_file_is_refused_in_one_line_that_names_it(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)

    with pytest.raises(ReportError, match=words) as refused:
        read(path)

    assert str(refused.value).startswith(str(path))
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < len(str(path)) + 400


def test_a_file_that_is_absent_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(ReportError, match="cannot be read"):
            read(path)
