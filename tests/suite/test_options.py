"""The options of a run: what each takes, and that each wrong one is told in a line that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.contract import requirements
from tests.harness.options import DEEP_SECONDS, MAX_SEED, Options, matches, read_options
from tests.harness.target import ConfigurationError


def read(folder: Path, **values: str | None) -> Options:
    return read_options({"REPORT_DIR": str(folder / "reports"), **values})


def test_without_any_option_a_run_has_the_defaults(tmp_path: Path) -> None:
    options = read(tmp_path)

    assert (options.target_url, options.target_config, options.profile) == (None, None, "standard")
    assert (options.strict, options.only, options.max_requests, options.rate) == (False, (), None, None)
    assert options.selected == set(requirements())


def test_the_reports_go_to_reports_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_options({}).report_dir == Path("reports")
    assert (tmp_path / "reports").is_dir()


def test_every_option_is_read(tmp_path: Path) -> None:
    options = read(
        tmp_path,
        TARGET_URL="https://acme.example/v1/",
        TARGET_CONFIG="conf/target.toml",
        PROFILE="deep",
        STRICT="1",
        ONLY="EVENT-3, BATCH",
        MAX_REQUESTS="500",
        MAX_TIME="90",
        RATE="2.5",
        WORKERS="3",
        SEED="42",
    )

    assert options == Options(
        target_url="https://acme.example/v1",
        target_config=Path("conf/target.toml"),
        profile="deep",
        strict=True,
        only=("EVENT-3", "BATCH"),
        max_requests=500,
        max_time=90,
        rate=2.5,
        workers=3,
        seed=42,
        report_dir=tmp_path / "reports",
    )


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"PROFILE": "deep"}, DEEP_SECONDS),
        ({"PROFILE": "deep", "MAX_TIME": "90"}, 90),
        ({"PROFILE": "deep", "MAX_REQUESTS": "900"}, None),
        ({"PROFILE": "standard"}, None),
    ],
)
def test_a_deep_run_without_a_bound_has_one(tmp_path: Path, given: dict[str, str], seconds: float | None) -> None:
    assert read(tmp_path, **given).max_time == seconds


@pytest.mark.parametrize("value", [None, "", "  ", "\t"])
def test_an_absent_or_empty_option_takes_its_default(tmp_path: Path, value: str | None) -> None:
    names = ("TARGET_URL", "TARGET_CONFIG", "PROFILE", "STRICT", "ONLY", "MAX_REQUESTS", "RATE")

    options = read(tmp_path, **dict.fromkeys(names, value), SEED="0")

    assert options == Options(report_dir=tmp_path / "reports")


@pytest.mark.parametrize("profile", ["quick", "standard", "deep"])
def test_a_profile_is_one_of_three(tmp_path: Path, profile: str) -> None:
    assert read(tmp_path, PROFILE=f" {profile} ").profile == profile


@pytest.mark.parametrize("text", ["1", "true", "YES", "True"])
def test_strict_is_asked_for(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, STRICT=text).strict


@pytest.mark.parametrize("text", ["0", "false", "NO", ""])
def test_strict_is_not_asked_for(tmp_path: Path, text: str) -> None:
    assert not read(tmp_path, STRICT=text).strict


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TARGET_URL", "acme.example"),
        ("TARGET_URL", "https://user:word@acme.example"),
        ("PROFILE", "fast"),
        ("PROFILE", "Quick"),
        ("PROFILE", "quick,deep"),
        ("STRICT", "2"),
        ("STRICT", "maybe"),
        ("ONLY", "EVENT-99"),
        ("ONLY", "EVENT-3 NOTHING"),
        ("ONLY", "EVENT-"),
        ("ONLY", "EVEN"),
        ("ONLY", "event-3"),
        ("ONLY", ","),
        ("ONLY", " , ,"),
        ("MAX_REQUESTS", "0"),
        ("MAX_REQUESTS", "-1"),
        ("MAX_REQUESTS", "1e3"),
        ("MAX_REQUESTS", "many"),
        ("MAX_REQUESTS", "10000000000"),
        ("MAX_REQUESTS", "1_000"),
        ("MAX_TIME", "0"),
        ("MAX_TIME", "1.5"),
        ("MAX_TIME", "10 min"),
        ("WORKERS", "0"),
        ("WORKERS", "65"),
        ("WORKERS", "many"),
        ("RATE", "0"),
        ("RATE", "-1"),
        ("RATE", "nan"),
        ("RATE", "inf"),
        ("RATE", "1e400"),
        ("RATE", "0.0001"),
        ("RATE", "fast"),
        ("RATE", "1,5"),
        ("RATE", "1_0"),
        ("RATE", "1e3"),
        ("RATE", "+1"),
        ("RATE", ".5"),
        ("RATE", "\u0663"),
        pytest.param("RATE", "9" * 5000, id="RATE of 5000 digits"),
        pytest.param("MAX_REQUESTS", "9" * 5000, id="MAX_REQUESTS of 5000 digits"),
        pytest.param("SEED", "9" * 5000, id="SEED of 5000 digits"),
        ("SEED", "-1"),
        ("SEED", "1.0"),
        ("SEED", "0x1"),
        ("SEED", str(MAX_SEED + 1)),
        ("SEED", "\u0663"),
        ("SEED", "\u00b2"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, **{name: value})

    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    assert "user:word" not in line


@pytest.mark.parametrize(
    ("term", "hint"),
    [("EVENTS", "did you mean EVENT?"), ("EVENT-33", "did you mean EVENT-3?"), ("QUALTY", "did you mean QUALITY?")],
)
def test_a_term_of_only_that_is_nearly_right_gets_a_hint(tmp_path: Path, term: str, hint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, ONLY=term)

    assert str(caught.value).endswith(hint)


@pytest.mark.parametrize("text", ["0", "4294967295", " 7 "])
def test_a_seed_is_an_integer_of_32_bits(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, SEED=text).seed == int(text)


def test_without_a_seed_one_is_drawn(tmp_path: Path) -> None:
    seeds = {read(tmp_path).seed for _ in range(10)}

    assert len(seeds) > 1
    assert all(0 <= seed <= MAX_SEED for seed in seeds)


@pytest.mark.parametrize("kind", ["a file", "below a file", "a name too long"])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    path = {"a file": file, "below a file": file / "reports", "a name too long": tmp_path / ("x" * 300)}[kind]

    with pytest.raises(ConfigurationError, match=r"^REPORT_DIR: .* cannot be written"):
        read(tmp_path, REPORT_DIR=str(path))


def test_the_report_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    options = read(tmp_path, REPORT_DIR=str(tmp_path / "a" / "b"))

    assert list(options.report_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("only", "selected"),
    [
        ("EVENT-3", {"EVENT-3"}),
        ("BATCH-1", {"BATCH-1"}),
        ("HTTP", {"HTTP-1", "HTTP-2", "HTTP-3"}),
        ("ARENA-AUTH", {"ARENA-AUTH-1", "ARENA-AUTH-2", "ARENA-AUTH-3"}),
        ("HTTP-1 HTTP-2,HTTP-1", {"HTTP-1", "HTTP-2"}),
    ],
)
def test_only_selects_by_id_and_by_beginning(tmp_path: Path, only: str, selected: set[str]) -> None:
    assert read(tmp_path, ONLY=only).selected == selected


def test_a_group_selects_its_groups_within(tmp_path: Path) -> None:
    selected = read(tmp_path, ONLY="BATCH").selected

    assert {"BATCH-1", "BATCH-19", "BATCH-AUTH-4"} <= selected
    assert all(id.startswith("BATCH-") for id in selected)


@pytest.mark.parametrize(
    ("term", "requirement", "expected"),
    [
        ("EVENT-1", "EVENT-1", True),
        ("QUALITY-1", "QUALITY-10", False),
        ("ARENA", "ARENA-ERROR-1", True),
        ("ARENA-ERR", "ARENA-ERROR-1", False),
        ("", "EVENT-1", False),
    ],
)
def test_a_term_names_whole_parts_of_an_id(term: str, requirement: str, expected: bool) -> None:
    assert matches(term, requirement) is expected
