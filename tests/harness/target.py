"""target.toml: what a run is pointed at, what it may touch there, and with which credentials."""

from __future__ import annotations

import datetime
import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.harness.contract import requirements
from tests.harness.route import STRAIGHT, Routes
from tests.harness.tls import Tls, client_context
from tests.harness.unreachable import UnreachableError
from tests.reference import data as reference_data

MIN_EVENT_IDS = 400
"""Ids that a run needs: it creates over a hundred, and reserves blocks of them."""
MAX_GUID = 64
INT32_MAX = 2**31 - 1


class ConfigurationError(Exception):
    """A wrong target.toml, option or URL: one line that names the key and says what to change."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(text.split()))


@dataclass(frozen=True)
class EventRef:
    """An event of an outbound integration, as target.toml names it."""

    integration: str
    event: str

    @property
    def guids(self) -> tuple[tuple[str, str], ...]:
        """The path's GUIDs by parameter, in the order of the path."""
        return (("integration", self.integration), ("event", self.event))


@dataclass(frozen=True)
class QualityProcessRef:
    """A quality process of an outbound event, as target.toml names it."""

    integration: str
    event: str
    quality_process: str

    @property
    def guids(self) -> tuple[tuple[str, str], ...]:
        """The path's GUIDs by parameter, in the order of the path."""
        return (("integration", self.integration), ("event", self.event), ("qualityProcess", self.quality_process))


@dataclass(frozen=True)
class ArenaTarget:
    """An implementation of the two Arena endpoints."""

    url: str
    session_id: str
    events: tuple[EventRef, ...] = ()
    quality_processes: tuple[QualityProcessRef, ...] = ()
    non_admin_session_id: str | None = None
    read_back: bool = False


@dataclass(frozen=True)
class VbaTarget:
    """An implementation of the batch endpoint; `event_ids` is the range that the suite may create and overwrite."""

    url: str
    api_key: str
    bearer_token: str
    database: str
    event_ids: range


@dataclass(frozen=True)
class Waiver:
    """A failure that is accepted until the day `expires`, that day included."""

    requirement: str
    reason: str
    expires: datetime.date


@dataclass(frozen=True)
class Target:
    """What a run is pointed at, and the routes to it.

    `secrets` holds each secret's value by the variable that stands for it in reports.
    """

    name: str
    arena: ArenaTarget | None
    vba: VbaTarget | None
    waivers: tuple[Waiver, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    routes: Routes = STRAIGHT


def reference_target(url: str, name: str = "the reference implementation") -> Target:
    """A target at `url` that serves both APIs with the reference implementation's data and credentials."""
    arena = ArenaTarget(
        url=url,
        session_id=reference_data.ADMIN_SESSION,
        non_admin_session_id=reference_data.USER_SESSION,
        read_back=True,
        events=tuple(EventRef(integration, event["guid"]) for integration, event in reference_data.EVENTS),
        quality_processes=tuple(
            QualityProcessRef(integration, event, process["guid"])
            for integration, event, process in reference_data.QUALITY_PROCESSES
        ),
    )
    first, last = reference_data.EVENT_IDS
    vba = VbaTarget(
        url=url,
        api_key=reference_data.API_KEY,
        bearer_token=reference_data.BEARER_TOKEN,
        database=reference_data.DATABASE,
        event_ids=range(first, last + 1),
    )
    secrets = {
        "ARENA_SESSION_ID": arena.session_id,
        "ARENA_USER_SESSION_ID": reference_data.USER_SESSION,
        "VBA_API_KEY": vba.api_key,
        "VBA_TOKEN": vba.bearer_token,
    }
    return Target(name=name, arena=arena, vba=vba, secrets=secrets)


def load_target(path: Path, url: str | None, environment: Mapping[str, str] | None = None) -> Target:
    """The target that the file describes; `url` stands in where a table has none.

    Raises ConfigurationError for everything that is wrong with the file, with the key and what to change.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"TARGET_CONFIG: {path} does not exist; give the path of a target.toml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"TARGET_CONFIG: {path} cannot be read ({error}); give a TOML file") from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path.name}: not TOML: {error}; mend that line") from None
    return _Reader(path, url, os.environ if environment is None else environment).target(document)


def check_url(key: str, url: str) -> str:
    """The base URL without a slash at its end. Raises ConfigurationError when it is none."""
    example = "write it as https://host/path"
    if "@" in url:
        raise ConfigurationError(f"{key}: a user or password does not belong into the URL; take it out")
    if not url.isascii() or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ConfigurationError(f"{key}: {url!r} has a character that no URL has; {example}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"{key}: {url!r} is not a URL ({error}); {example}") from None
    if parts.scheme not in ("http", "https"):
        raise ConfigurationError(f"{key}: {url!r} has no scheme http or https; {example}")
    if port == 0:
        raise ConfigurationError(f"{key}: {url!r} has port 0, which no server has; {example}")
    if not parts.hostname:
        raise ConfigurationError(f"{key}: {url!r} names no host; {example}")
    if set(url) & set("?#\\"):
        raise ConfigurationError(f"{key}: {url!r} has a query, a fragment or a backslash; give the base URL alone")
    return url.rstrip("/")


class _Reader:
    """Reads the tables of one file. Every error names the file and the key."""

    def __init__(self, path: Path, url: str | None, environment: Mapping[str, str]) -> None:
        self.file = path.name
        self.folder = path.parent
        self.url = url
        self.environment = environment
        self.secrets: dict[str, str] = {}

    def target(self, document: dict[str, Any]) -> Target:
        self.known("", document, {"name", "arena", "vba", "tls", "waivers"})
        name = self.text("name", document.get("name", self.file))
        arena = self.arena(self.table("arena", document["arena"])) if "arena" in document else None
        vba = self.vba(self.table("vba", document["vba"])) if "vba" in document else None
        if arena is None and vba is None:
            raise self.error(
                "arena", "neither [arena] nor [vba] is there; add the table of the API that the target claims"
            )
        waivers = tuple(self.waiver(index, row) for index, row in enumerate(self.rows("waivers", document)))
        routes = self.tls(self.table("tls", document["tls"])) if "tls" in document else STRAIGHT
        twice = _first_twice([waiver.requirement for waiver in waivers])
        if twice:
            raise self.error("waivers", f"{twice} is waived twice; keep one of the two")
        return Target(name=name, arena=arena, vba=vba, waivers=waivers, secrets=self.secrets, routes=routes)

    def arena(self, table: dict[str, Any]) -> ArenaTarget:
        required = {"session_id"}
        self.known(
            "arena",
            table,
            required | {"url", "non_admin_session_id", "read_back", "events", "quality_processes"},
            required,
        )
        user = table.get("non_admin_session_id")
        read_back = table.get("read_back", False)
        if not isinstance(read_back, bool):
            raise self.error("arena.read_back", f"{read_back!r} is neither true nor false; write one of them")
        events = tuple(
            EventRef(*self.guids(f"arena.events[{index}]", row, ("integration", "event")))
            for index, row in enumerate(self.rows("arena.events", table))
        )
        processes = tuple(
            QualityProcessRef(
                *self.guids(f"arena.quality_processes[{index}]", row, ("integration", "event", "quality_process"))
            )
            for index, row in enumerate(self.rows("arena.quality_processes", table))
        )
        if not events and not processes:
            raise self.error("arena.events", "no event and no quality process is named; add what the suite may change")
        for key, last in (
            ("arena.events", [ref.event for ref in events]),
            ("arena.quality_processes", [ref.quality_process for ref in processes]),
        ):
            twice = _first_twice(last)
            if twice:
                raise self.error(key, f"{twice} stands there twice; keep one of the two")
        session = self.secret("arena.session_id", table["session_id"], "ARENA_SESSION_ID")
        other = None if user is None else self.secret("arena.non_admin_session_id", user, "ARENA_USER_SESSION_ID")
        if other == session:
            raise self.error(
                "arena.non_admin_session_id", "is the administrator's session too; give another user's or leave it out"
            )
        return ArenaTarget(
            url=self.base_url("arena", table),
            session_id=session,
            non_admin_session_id=other,
            read_back=read_back,
            events=events,
            quality_processes=processes,
        )

    def vba(self, table: dict[str, Any]) -> VbaTarget:
        required = {"api_key", "bearer_token", "database", "event_ids"}
        self.known("vba", table, required | {"url"}, required)
        return VbaTarget(
            url=self.base_url("vba", table),
            api_key=self.secret("vba.api_key", table["api_key"], "VBA_API_KEY"),
            bearer_token=self.secret("vba.bearer_token", table["bearer_token"], "VBA_TOKEN"),
            database=self.header_value("vba.database", self.text("vba.database", table["database"])),
            event_ids=self.event_ids(table["event_ids"]),
        )

    def tls(self, table: dict[str, Any]) -> Routes:
        """The routes with these files, each of which has been tried."""
        self.known("tls", table, {"ca_file", "client_certificate", "client_key"})
        files = {name: self.folder / self.text(f"tls.{name}", value) for name, value in table.items()}
        if "client_key" in files and "client_certificate" not in files:
            raise self.error("tls.client_certificate", "is not there, but tls.client_key is; add it")
        tls = Tls(**files)
        try:
            client_context(tls)
        except UnreachableError as error:
            raise self.error(error.key or "tls", f"{error}; {error.remedy}") from None
        return Routes(tls)

    def event_ids(self, value: Any) -> range:
        key = "vba.event_ids"
        table = self.table(key, value)
        self.known(key, table, {"first", "last"}, {"first", "last"})
        for name in ("first", "last"):
            if isinstance(table[name], bool) or not isinstance(table[name], int):
                raise self.error(f"{key}.{name}", f"{table[name]!r} is not an integer; write one")
            if not 0 <= table[name] <= INT32_MAX:
                raise self.error(
                    f"{key}.{name}", f"{table[name]} is not from 0 to {INT32_MAX}; an event_ID is an int32"
                )
        first, last = table["first"], table["last"]
        if first > last:
            raise self.error(key, f"first ({first}) is above last ({last}); swap them")
        if last - first + 1 < MIN_EVENT_IDS:
            raise self.error(key, f"holds {last - first + 1} ids; a run needs at least {MIN_EVENT_IDS}, better 100000")
        return range(first, last + 1)

    def waiver(self, index: int, row: Any) -> Waiver:
        key = f"waivers[{index}]"
        table = self.table(key, row)
        self.known(key, table, {"requirement", "reason", "expires"}, {"requirement", "reason", "expires"})
        requirement = table["requirement"]
        if not isinstance(requirement, str) or requirement not in requirements():
            raise self.error(
                f"{key}.requirement", f"{requirement!r} is no requirement{_hint(str(requirement), requirements())}"
            )
        expires = table["expires"]
        if isinstance(expires, datetime.datetime) or not isinstance(expires, datetime.date):
            raise self.error(f"{key}.expires", f"{expires!r} is not a date; write it as 2027-01-31, without quotes")
        if expires < datetime.datetime.now(datetime.UTC).date():
            raise self.error(
                f"{key}.expires", f"{requirement} was waived until {expires}; mend the target or renew the waiver"
            )
        return Waiver(requirement, self.text(f"{key}.reason", table["reason"]), expires)

    def base_url(self, table_name: str, table: dict[str, Any]) -> str:
        if "url" in table:
            return check_url(f"{self.file}: {table_name}.url", self.text(f"{table_name}.url", table["url"]))
        if self.url is None:
            raise self.error(f"{table_name}.url", "is not there; add it, or set TARGET_URL")
        return self.url

    def guids(self, key: str, row: Any, names: tuple[str, ...]) -> list[str]:
        table = self.table(key, row)
        self.known(key, table, set(names), set(names))
        values = [self.text(f"{key}.{name}", table[name]) for name in names]
        for name, value in zip(names, values, strict=True):
            if not re.fullmatch(r"[A-Za-z0-9_-]+", value) or len(value) > MAX_GUID:
                raise self.error(f"{key}.{name}", f"{value!r} is no GUID; it has letters and digits alone, 20 mostly")
        return values

    def secret(self, key: str, value: Any, variable: str) -> str:
        text = self.header_value(key, self.text(key, value), quiet=True)
        if text == value and text.startswith("$"):
            raise self.error(key, "is written like a variable; write ${NAME}, with braces, for one of the environment")
        names = re.findall(r"\$\{(\w+)\}", value)
        for name in names:
            self.keep_secret(name, self.environment[name])
        if names != [value[2:-1]]:
            self.keep_secret(variable, text)
        return text

    def keep_secret(self, name: str, text: str) -> None:
        """Note a secret under a name of its own."""
        while self.secrets.get(name, text) != text:
            name += "_"
        self.secrets[name] = text

    def header_value(self, key: str, text: str, *, quiet: bool = False) -> str:
        if text != text.strip() or not re.fullmatch(r"[\x20-\x7e]+", text):
            shown = "the value" if quiet else repr(text)
            raise self.error(
                key, f"{shown} has a character that a header cannot carry; look for a space or a line break"
            )
        return text

    def text(self, key: str, value: Any) -> str:
        """The text with each ${NAME} replaced from the environment."""
        if not isinstance(value, str):
            raise self.error(key, f"is not a text; put it in quotes (it is {_kind(value)})")

        def from_environment(match: re.Match[str]) -> str:
            name = match[1]
            if not self.environment.get(name):
                raise self.error(key, f"the environment variable {name} is not set; export it")
            return self.environment[name]

        text = re.sub(r"\$\{(\w+)\}", from_environment, value)
        if not text.strip():
            raise self.error(key, "is empty; give it a value or take it out")
        return text

    def table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(key, f"is not a table (it is {_kind(value)}); see the example in the README")
        return value

    def rows(self, key: str, table: dict[str, Any]) -> list[Any]:
        value = table.get(key.rpartition(".")[2], [])
        if not isinstance(value, list):
            raise self.error(key, f"is not a list of tables; head each with [[{key}]]")
        return value

    def known(self, prefix: str, table: dict[str, Any], names: set[str], required: set[str] | None = None) -> None:
        for name in table:
            if name not in names:
                raise self.error(f"{prefix}.{name}".lstrip("."), f"there is no such key{_hint(name, names)}")
        for name in sorted(required or ()):
            if name not in table:
                raise self.error(f"{prefix}.{name}".lstrip("."), "is not there; add it")

    def error(self, key: str, text: str) -> ConfigurationError:
        return ConfigurationError(f"{self.file}: {key}: {text}")


def _hint(name: str, names: Mapping[str, object] | set[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(names)[:12])}"


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
        str: "a text",
    }
    return kinds.get(type(value), "a date")


def _first_twice(values: list[str]) -> str | None:
    return next((value for index, value in enumerate(values) if value in values[:index]), None)
