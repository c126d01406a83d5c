"""The options of one run, checked: each is a variable of `make test` and a pytest option."""

from __future__ import annotations

import difflib
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from tests.harness.contract import requirements
from tests.harness.target import ConfigurationError, check_url

Profile = Literal["quick", "standard", "deep"]
MAX_SEED = 2**32 - 1
WORKERS = 8
DEEP_SECONDS = 600.0
"""How long a deep run lasts where neither MAX_TIME nor MAX_REQUESTS is given."""


@dataclass(frozen=True)
class Options:
    """How a run is made.

    `rate` is in requests a second, `max_requests` counts everything that is sent, `max_time` is in seconds, `workers`
    is how many independent requests are under way at once.
    """

    target_url: str | None = None
    target_config: Path | None = None
    profile: Profile = "standard"
    strict: bool = False
    only: tuple[str, ...] = ()
    max_requests: int | None = None
    max_time: float | None = None
    rate: float | None = None
    workers: int = WORKERS
    seed: int = 0
    report_dir: Path = Path("reports")

    @property
    def selected(self) -> frozenset[str]:
        """The ids of the requirements that the run answers for."""
        return frozenset(id for id in requirements() if not self.only or any(matches(term, id) for term in self.only))


def matches(term: str, requirement: str) -> bool:
    """Whether a term of ONLY names this requirement: its whole id, or the id's beginning up to a dash."""
    return requirement == term or requirement.startswith(term + "-")


def read_options(values: dict[str, str | None]) -> Options:
    """The options from the texts of the command line, by variable name; an absent or empty one takes its default.

    Raises ConfigurationError for a value out of range, with the variable and what it takes.
    """
    given = {name: value.strip() for name, value in values.items() if value is not None and value.strip()}
    profile = read_profile(given.get("PROFILE", "standard"))
    seed = _integer(given, "SEED", 0, MAX_SEED)
    max_requests = _integer(given, "MAX_REQUESTS", 1, 10**9)
    max_time = _integer(given, "MAX_TIME", 1, 10**6)
    endless = profile == "deep" and max_requests is None and max_time is None
    return Options(
        target_url=check_url("TARGET_URL", given["TARGET_URL"]) if "TARGET_URL" in given else None,
        target_config=Path(given["TARGET_CONFIG"]) if "TARGET_CONFIG" in given else None,
        profile=profile,
        strict=_flag(given, "STRICT"),
        only=read_only(given.get("ONLY", "")),
        max_requests=max_requests,
        max_time=DEEP_SECONDS if endless else max_time,
        rate=_rate(given),
        workers=_integer(given, "WORKERS", 1, 64) or WORKERS,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        report_dir=_report_dir(given),
    )


def _integer(given: dict[str, str], name: str, least: int, most: int) -> int | None:
    if name not in given:
        return None
    text = given[name]
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and least <= int(text) <= most):
        raise ConfigurationError(f"{name}: {text!r} is not an integer from {least} to {most}; give one")
    return int(text)


def _flag(given: dict[str, str], name: str) -> bool:
    value = given.get(name, "0").lower()
    if value not in ("0", "1", "true", "false", "yes", "no"):
        raise ConfigurationError(f"{name}: {given[name]!r} is neither 1 nor 0; give one of them")
    return value in ("1", "true", "yes")


def _rate(given: dict[str, str]) -> float | None:
    if "RATE" not in given:
        return None
    rate = float(given["RATE"]) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", given["RATE"], re.ASCII) else 0.0
    if not 0.001 <= rate <= 1e6:
        raise ConfigurationError(f"RATE: {given['RATE']!r} is not a number of requests a second from 0.001; give one")
    return rate


def read_profile(text: str) -> Profile:
    """The profile of this name. Raises ConfigurationError where there is none."""
    found: Profile | None = next((name for name in get_args(Profile) if name == text), None)
    if found is None:
        raise ConfigurationError(f"PROFILE: {text!r} is none of {', '.join(get_args(Profile))}; give one of them")
    return found


def read_only(text: str) -> tuple[str, ...]:
    """The terms of ONLY: ids of requirements or their beginnings. Raises ConfigurationError for one that names none."""
    terms = tuple(text.replace(",", " ").split())
    if text and not terms:
        raise ConfigurationError("ONLY: names no requirement; give ids or their beginnings, such as EVENT-3 or BATCH")
    for term in terms:
        if not any(matches(term, id) for id in requirements()):
            near = difflib.get_close_matches(term, [*requirements(), "ARENA", "EVENT", "QUALITY", "BATCH", "HTTP"], n=1)
            hint = f"; did you mean {near[0]}?" if near else "; give ids or their beginnings, such as EVENT-3 or BATCH"
            raise ConfigurationError(f"ONLY: {term!r} names no requirement{hint}")
    return terms


def _report_dir(given: dict[str, str]) -> Path:
    path = Path(given.get("REPORT_DIR", "reports"))
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"REPORT_DIR: {path} cannot be written ({error.strerror}); give another folder"
        ) from None
    return path
