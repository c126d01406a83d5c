"""What the suite costs and what it finds for that, beside the schemathesis command line on the same description.

`python -m tests.suite.bench` measures in one go and prints five tables: the suite's own time per exchange; how time and
memory grow with the exchanges; time at slower targets; time and requests of each contestant; what each finds.
Every target here is the reference implementation, in a process of its own. Where machines are noisy, ratios of times
that were measured in turn say more than the times.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.harness.callers import Ref, minimal, operation_of
from tests.harness.contract import dereferenced, path_of
from tests.harness.exchange import Exchange, Failure, Json, Request, Response
from tests.harness.options import Options, Profile
from tests.harness.run import Run
from tests.harness.runner import run_contract
from tests.harness.target import reference_target
from tests.harness.wire import Wire
from tests.reference import data
from tests.reference.app import App, Receive, Scope, Send, build_app
from tests.reference.faults import FAULTS, Fault
from tests.reference.server import running
from tests.suite.measure import Job, faults_by_name, measure

ROOT = Path(__file__).resolve().parents[2]
BYTECODE = ROOT / "build" / "bytecode"
"""Where the contestants' modules are kept compiled, whatever the environment says of that: what is timed is warm."""
SEED = 1
PROFILES: tuple[Profile, ...] = ("quick", "standard")
GENERATED = "test_generated::"
"""The scenarios whose requests are drawn from the description have names that begin so."""
GIVEN_UP_SECONDS = 300.0
"""How long a tool is waited for at a faulty server, which may leave each of its requests unanswered."""
MEGABYTE = 1024 * 1024
STATUS = Path("/proc/self/status")
"""Linux: what the kernel knows of this process."""
HEADERS = {
    "arena_session_id": data.ADMIN_SESSION,
    "x-api-key": data.API_KEY,
    "Authorization": f"Bearer {data.BEARER_TOKEN}",
    "vbasoftware-database": data.DATABASE,
}

Complaint = tuple[str, str]
"""What a tool says is wrong, and with which operation."""


@dataclass(frozen=True)
class Scale:
    """How much is measured: `every` is the step through the sample of faults, `latencies` are seconds."""

    rounds: int
    every: int
    lengths: tuple[int, ...]
    latencies: tuple[float, ...]


THOROUGH = Scale(rounds=5, every=1, lengths=(100, 1_000, 10_000), latencies=(0.0, 0.02, 0.1))
QUICK_LOOK = Scale(rounds=2, every=8, lengths=(100, 1_000), latencies=(0.0, 0.02))


@dataclass(frozen=True)
class Spread:
    """The middle and the ends of some measurements."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


def spread(values: Sequence[float]) -> Spread:
    """The spread of values. Raises ValueError where there are none."""
    if not values:
        raise ValueError("nothing was measured")
    return Spread(statistics.median(values), min(values), max(values))


def ratios(values: Sequence[float], base: Sequence[float]) -> Spread:
    """How many times its base each value is, paired by round. Raises ValueError where the rounds differ in number."""
    return spread([value / other for value, other in zip(values, base, strict=True)])


def percentile(values: Sequence[float], percent: int) -> float:
    """The least of the values that `percent` of them do not exceed. Raises IndexError where there are none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


# The target: the reference implementation, which counts its requests and takes its time.


@dataclass
class Count:
    """Requests that a server took."""

    requests: int = 0


def counted(app: App, count: Count, latency: float = 0.0) -> App:
    """The application, with its requests counted and each answer `latency` seconds late."""

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        count.requests += 1
        if latency:
            await asyncio.sleep(latency)
        await app(scope, receive, send)

    return late


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    url: str
    pipe: Connection[None, Any]

    def requests(self) -> int:
        """How many requests it took so far."""
        self.pipe.send(None)
        answer: int = self.pipe.recv()
        return answer


@contextmanager
def serving(latency: float = 0.0) -> Iterator[Server]:
    """Serve the reference implementation with fresh state from another process while the context lasts."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, latency), daemon=True)
    process.start()
    there.close()
    try:
        yield Server(here.recv(), here)
    finally:
        here.close()
        process.join()


def _serve(pipe: Connection[Any, None], latency: float) -> None:
    count = Count()
    with running(counted(build_app(), count, latency)) as url:
        pipe.send(url)
        while True:
            try:
                pipe.recv()
            except EOFError:
                return
            pipe.send(count.requests)


# The contestants: command lines that test the server at a URL and write what they do into a folder.


@dataclass(frozen=True)
class Contestant:
    """A way to test a server: `command` makes the command line from the server's URL and a folder to work in."""

    name: str
    command: Callable[[str, Path], list[str]]
    profile: Profile | None
    """Of this suite; None for another tool."""


@dataclass(frozen=True)
class Performance:
    """One run of a contestant, as its process and its server saw it."""

    seconds: float
    requests: int
    exit_code: int
    complaints: frozenset[Complaint] = frozenset()


def own_command(profile: Profile, url: str, folder: Path) -> list[str]:
    """The command line of this suite, as `make test` has it."""
    options = ["--profile", profile, "--target-url", url, "--seed", str(SEED), "--report-dir", str(folder)]
    return [sys.executable, "-m", "pytest", "-q", "--assert=plain", "tests/contract", *options]


def schemathesis_command(helped: bool, url: str, folder: Path) -> list[str]:
    """`st run` with its defaults, or `helped`: with the ids of objects that exist, and going on after a failure.

    A false alarm ends a phase for an operation, and an unknown id is refused at once: without help both keep it from
    most of what it can do.
    """
    description = folder / "openapi.json"
    description.write_text(json.dumps(with_known_ids(dereferenced()) if helped else dereferenced()), "utf-8")
    headers = [word for name, value in HEADERS.items() for word in ("-H", f"{name}: {value}")]
    report = ["--report", "json", "--report-json-path", str(folder / "report.json")]
    more = ["--continue-on-failure"] if helped else []
    program = str(Path(sys.executable).with_name("st"))
    return [program, "run", str(description), "--url", url, "--seed", str(SEED), *headers, *report, *more]


def with_known_ids(document: dict[str, Json]) -> dict[str, Json]:
    """The description with each GUID of a path said to be that of one object that the reference implementation has."""
    copy: dict[str, Json] = json.loads(json.dumps(document))
    arena = reference_target("http://localhost").arena
    assert arena is not None
    refs: tuple[Ref, ...] = (arena.events[0], arena.quality_processes[0])
    for ref in refs:
        item = copy["paths"][path_of(operation_of(ref))]
        known = dict(ref.guids)
        for parameter in [*item.get("parameters", []), *item["put"].get("parameters", [])]:
            if parameter["in"] == "path":
                parameter.pop("examples", None)
                parameter.pop("example", None)
                parameter["schema"] = {"type": "string", "enum": [known[parameter["name"]]]}
    return copy


CONTESTANTS = (
    *(Contestant(profile, partial(own_command, profile), profile) for profile in PROFILES),
    Contestant("st run", partial(schemathesis_command, False), None),
    Contestant("st run, helped", partial(schemathesis_command, True), None),
)
BASE = "st run"
"""The contestant whose time the others' are divided by."""


def complaints(report: Json) -> frozenset[Complaint]:
    """What the JSON report of `st run` complains of: failures by operation, and errors, which it gives none."""
    failures = {(failure["title"], operation) for failure in report["failures"] for operation in failure["operations"]}
    return frozenset(failures | {(error["title"], "error") for error in report["errors"]})


def perform(contestant: Contestant, url: str, requests: Callable[[], int]) -> Performance:
    """Run a contestant's process at a server, from its start to its end; the exit code is -1 where it was given up."""
    before = requests()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The suite is imported from the checkout; other tools leave their files where they are started.
        cwd = folder if contestant.profile is None else ROOT
        command = contestant.command(url, folder)
        started = time.monotonic()
        try:
            ended = subprocess.run(command, cwd=cwd, env=warm(), capture_output=True, timeout=GIVEN_UP_SECONDS)
            exit_code = ended.returncode
        except subprocess.TimeoutExpired:
            exit_code = -1
        seconds = time.monotonic() - started
        report = folder / "report.json"
        found = complaints(json.loads(report.read_text("utf-8"))) if report.exists() else frozenset()
    return Performance(seconds, requests() - before, exit_code, found)


def warm() -> dict[str, str]:
    """The environment of this process, but such that every contestant keeps what it compiled for its next run."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(BYTECODE)}


def in_turn(names: Sequence[str], rounds: int) -> Iterator[str]:
    """Each name once a round, forwards and backwards alternately: no contestant is always the one that comes first."""
    for number in range(rounds):
        yield from reversed(names) if number % 2 else names


def contest(contestants: Sequence[Contestant], rounds: int, latency: float = 0.0) -> dict[str, list[Performance]]:
    """The performances of each contestant by name, a round's one after another, each at a server with fresh state."""
    by_name = {contestant.name: contestant for contestant in contestants}
    found: dict[str, list[Performance]] = {name: [] for name in by_name}
    for name in in_turn(list(by_name), rounds):
        with serving(latency) as server:
            found[name].append(perform(by_name[name], server.url, server.requests))
    return found


# Faults: what each contestant finds of a sample.


@dataclass(frozen=True)
class Trial:
    """A contestant at a server with one fault. `at` is the request that first showed it, 0 where that is not known."""

    contestant: str
    fault: str
    requirement: str
    found: bool
    requests: int
    seconds: float
    given_up: bool = False
    at: int = 0


def sample(faults: Sequence[Fault], every: int = 1) -> list[Fault]:
    """For each requirement the first of its faults that shows for certain, then each `every`th of these."""
    first: dict[str, Fault] = {}
    for fault in sorted(faults, key=lambda fault: fault.chance):
        first.setdefault(fault.requirement, fault)
    return [fault for fault in faults if first[fault.requirement] is fault][::every]


def attempt(contestant: Contestant, name: str, false_alarms: frozenset[Complaint]) -> Trial:
    """Let a contestant look for a fault.

    This suite has found it when the fault's own requirement fails. Another tool has when it complains of anything of
    which it does not complain at the clean server: no more is asked of it.
    """
    fault = faults_by_name()[name]
    if contestant.profile is not None:
        row = measure(Job("fault", name, SEED, contestant.profile))
        at = row.at if row.found else 0
        return Trial(contestant.name, name, fault.requirement, row.found, row.requests, row.seconds, at=at)
    count = Count()
    with running(counted(build_app(fault.modifier), count)) as url:
        shown = perform(contestant, url, lambda: count.requests)
    found = bool(shown.complaints - false_alarms)
    return Trial(contestant.name, name, fault.requirement, found, shown.requests, shown.seconds, shown.exit_code == -1)


def trials(faults: Sequence[Fault], false_alarms: dict[str, frozenset[Complaint]], workers: int) -> list[Trial]:
    """Every contestant at every fault, in that many processes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        under_way = [
            pool.submit(attempt, contestant, fault.name, false_alarms[contestant.name])
            for fault in faults
            for contestant in CONTESTANTS
        ]
        return [future.result() for future in under_way]


@dataclass(frozen=True)
class Standing:
    """What a contestant showed: `per_100_requests` are the faults found for each 100 requests sent to find them."""

    name: str
    seconds: Spread
    times_base: Spread
    requests: Spread
    exit_codes: tuple[int, ...]
    false_alarms: tuple[Complaint, ...]
    faults: int
    found: int
    given_up: int
    per_100_requests: float
    median_at: float | None


def standing(name: str, performances: dict[str, list[Performance]], tried: Iterable[Trial]) -> Standing:
    """The standing of one contestant after all rounds and trials."""
    own = performances[name]
    of_name = [trial for trial in tried if trial.contestant == name]
    found = [trial for trial in of_name if trial.found]
    sent = sum(trial.requests for trial in of_name)
    times, base = ([one.seconds for one in performances[who]] for who in (name, BASE))
    return Standing(
        name=name,
        seconds=spread(times),
        times_base=ratios(times, base),
        requests=spread([one.requests for one in own]),
        exit_codes=tuple(sorted({one.exit_code for one in own})),
        false_alarms=tuple(sorted(all_complaints(own))),
        faults=len(of_name),
        found=len(found),
        given_up=sum(trial.given_up for trial in of_name),
        per_100_requests=100 * len(found) / sent if sent else 0.0,
        median_at=statistics.median(trial.at for trial in found) if any(trial.at for trial in found) else None,
    )


def all_complaints(performances: Iterable[Performance]) -> frozenset[Complaint]:
    """What any of the performances complained of."""
    return frozenset(complaint for one in performances for complaint in one.complaints)


# The suite's own time: what is left of an exchange when the target's part is taken away.


@dataclass(frozen=True)
class Sent:
    """One sending: when it began and ended, and the processor time that our transport took for it, in seconds."""

    request: Request
    started: float
    ended: float
    processor: float


class TimedWire(Wire):
    """A transport that notes when each sending began and ended."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self._noting = threading.Lock()

    def send(self, request: Request, *more: Any, **named: Any) -> tuple[Response | Failure, int]:
        """As Wire.send."""
        started, processor = time.perf_counter(), time.thread_time()
        try:
            return super().send(request, *more, **named)
        finally:
            used = time.thread_time() - processor
            with self._noting:
                self.sent.append(Sent(request, started, time.perf_counter(), used))


def own_seconds(sent: Iterable[Sent], began: float) -> list[tuple[Request, float]]:
    """For each sending the suite's own seconds: since the last one ended, and what our transport computed meanwhile.

    `began` is when the run began. Sendings that overlap, as those of a burst do, share the time before the first. A
    pause that a scenario makes on purpose counts as its own: it moves the mean, not the median.
    """
    found = []
    until = began
    for one in sorted(sent, key=lambda one: one.started):
        found.append((one.request, max(0.0, one.started - until) + one.processor))
        until = max(until, one.ended)
    return found


@dataclass(frozen=True)
class OwnTime:
    """The suite's own time per exchange, in milliseconds, over the exchanges of a phase of a profile."""

    profile: Profile
    phase: str
    exchanges: int
    median: float
    percentile_95: float
    mean: float


def phases(profile: Profile, exchanges: Iterable[Exchange], own: Iterable[tuple[Request, float]]) -> list[OwnTime]:
    """The own time of each phase and of the whole run. A request that no scenario sent is one of the hand-written."""
    scenario_of = {id(exchange.request): exchange.scenario for exchange in exchanges}
    by_phase: dict[str, list[float]] = {"hand-written": [], "generated": [], "all": []}
    for request, seconds in own:
        drawn = scenario_of.get(id(request), "").startswith(GENERATED)
        for phase in ("generated" if drawn else "hand-written", "all"):
            by_phase[phase].append(1000 * seconds)
    return [
        OwnTime(profile, phase, len(of), statistics.median(of), percentile(of, 95), statistics.fmean(of))
        for phase, of in by_phase.items()
        if of
    ]


def own_time(url: str, options: Options) -> list[OwnTime]:
    """The suite's own time per exchange in one run at the server."""
    wire = TimedWire()
    began = time.perf_counter()
    run, _ = run_contract(reference_target(url), options, wire)
    return phases(options.profile, run.exchanges, own_seconds(wire.sent, began))


# Growth: whether the ten-thousandth exchange costs what the hundredth did.


@dataclass(frozen=True)
class Growth:
    """A run of so many exchanges: its seconds, those of its last tenth, and how much memory it came to hold."""

    exchanges: int
    seconds: float
    own_seconds: float
    last_tenth: float
    megabytes: float

    @property
    def per_1000(self) -> float:
        """Seconds per 1000 exchanges."""
        return 1000 * self.seconds / self.exchanges

    @property
    def own_per_1000(self) -> float:
        """The suite's own seconds per 1000 exchanges."""
        return 1000 * self.own_seconds / self.exchanges

    @property
    def last_per_1000(self) -> float:
        """Seconds per 1000 exchanges in the last tenth of the run."""
        return 1000 * self.last_tenth / max(1, self.exchanges // 10)


def grow(url: str, exchanges: int) -> Growth:
    """Make a run of this many simple exchanges: an event is set and read, and a batch of one is written, in turn."""
    wire = TimedWire()
    run = Run(reference_target(url), Options(seed=SEED), wire)
    event, (id,) = run.arena.events[0], run.vba.existing(1)
    before, began = _memory(), time.perf_counter()
    for number in range(exchanges):
        if number % 3 == 0:
            run.arena.set(event, number % 2 == 0)
        elif number % 3 == 1:
            run.arena.read(event)
        else:
            run.vba.put([minimal(id)])
    ended = time.perf_counter()
    grown = _memory() - before
    run.close()
    own = sum(seconds for _, seconds in own_seconds(wire.sent, began))
    tail = wire.sent[-max(1, exchanges // 10) :]
    return Growth(exchanges, ended - began, own, ended - tail[0].started, grown / MEGABYTE)


def grow_apart(exchanges: int) -> Growth:
    """`grow` in a new process: memory that was once needed is seldom given back."""
    with serving() as server, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(grow, server.url, exchanges).result()


def _memory() -> int:
    """The memory that this process holds, in bytes; where the system does not tell, the most that it has held."""
    if STATUS.exists():
        return 1024 * next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith("VmRSS"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


# All of it, as tables and as JSON.


@dataclass(frozen=True)
class Late:
    """The wall time of a profile at a target that answers each request `latency` seconds late."""

    profile: str
    latency: float
    seconds: float
    requests: int


@dataclass(frozen=True)
class Figures:
    """Everything that one measurement showed, and on what."""

    machine: dict[str, Json]
    standings: list[Standing] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    own_time: list[OwnTime] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)


def bench(scale: Scale, faults: Sequence[Fault], workers: int, show: Callable[[str], None]) -> Figures:
    """Measure, and show each table when it is there. What is timed runs alone; the faults are tried at once.

    A first round is not counted: it compiles every module that the contestants import.
    """
    figures = Figures(machine())
    contest(CONTESTANTS, 1)
    for profile in PROFILES:
        with serving() as server:
            figures.own_time.extend(own_time(server.url, Options(seed=SEED, profile=profile)))
    show(own_time_table(figures.own_time))
    figures.growth.extend(grow_apart(length) for length in scale.lengths)
    show(growth_table(figures.growth))
    own = [contestant for contestant in CONTESTANTS if contestant.profile is not None]
    for latency in scale.latencies:
        for name, (one,) in contest(own, 1, latency).items():
            figures.late.append(Late(name, latency, one.seconds, one.requests))
    show(late_table(figures.late))
    performances = contest(CONTESTANTS, scale.rounds)
    show(contest_table(standing(one.name, performances, []) for one in CONTESTANTS))
    false_alarms = {name: all_complaints(runs) for name, runs in performances.items()}
    figures.trials.extend(trials(faults, false_alarms, workers))
    figures.standings.extend(standing(one.name, performances, figures.trials) for one in CONTESTANTS)
    show(fault_table(figures.standings))
    return figures


def machine() -> dict[str, Json]:
    """On what is measured."""
    return {
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "schemathesis": version("schemathesis"),
        "seed": SEED,
    }


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in text: the first column is flush left, the others flush right."""
    lines = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    padded = [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    return "\n".join([title, *(f"  {line}".rstrip() for line in padded)])


def contest_table(standings: Iterable[Standing]) -> str:
    """What each contestant takes, and what it says of a server without a fault."""
    heads = ["", "seconds", f"times {BASE}", "requests", "exit", "false alarms"]
    rows = [
        [
            one.name,
            str(one.seconds),
            str(one.times_base),
            f"{one.requests.median:.0f}",
            " ".join(map(str, one.exit_codes)),
            str(len(one.false_alarms)),
        ]
        for one in standings
    ]
    return table("Contestants at the clean server: median (least to most) of all rounds", heads, rows)


def fault_table(standings: Iterable[Standing]) -> str:
    """What each contestant finds."""
    heads = ["", "found", "of", "given up", "per 100 requests", "first shown by request"]
    rows = [
        [
            one.name,
            str(one.found),
            str(one.faults),
            str(one.given_up),
            f"{one.per_100_requests:.2f}",
            "" if one.median_at is None else f"{one.median_at:.0f}",
        ]
        for one in standings
    ]
    return table("Seeded faults, one at a time", heads, rows)


def own_time_table(times: Iterable[OwnTime]) -> str:
    """The suite's own time per exchange."""
    rows = [
        [f"{one.profile}, {one.phase}", str(one.exchanges), *(f"{value:.2f}" for value in _milliseconds(one))]
        for one in times
    ]
    return table("Own time per exchange, ms", ["", "exchanges", "median", "95%", "mean"], rows)


def _milliseconds(one: OwnTime) -> tuple[float, float, float]:
    return one.median, one.percentile_95, one.mean


def growth_table(growth: Iterable[Growth]) -> str:
    """Time and memory by the number of exchanges."""
    heads = ["exchanges", "s per 1000", "own s per 1000", "in the last tenth", "memory MB"]
    rows = [
        [
            str(one.exchanges),
            *(f"{value:.2f}" for value in (one.per_1000, one.own_per_1000, one.last_per_1000)),
            f"{one.megabytes:.1f}",
        ]
        for one in growth
    ]
    return table("Growth", heads, rows)


def late_table(late: Iterable[Late]) -> str:
    """Wall time by the target's latency."""
    rows = [[one.profile, f"{1000 * one.latency:.0f}", f"{one.seconds:.1f}", str(one.requests)] for one in late]
    return table("Latency of the target", ["", "ms", "seconds", "requests"], rows)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the tables and write the figures as JSON. Gives 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.suite.bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", help="where the figures go")
    parser.add_argument("--quick-look", action="store_true", help="a few minutes: fewer rounds, faults and exchanges")
    parser.add_argument("--all", action="store_true", help="every seeded fault, not one of each requirement: two hours")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that try faults")
    options = parser.parse_args(arguments)
    scale = QUICK_LOOK if options.quick_look else THOROUGH
    faults = list(FAULTS) if options.all else sample(FAULTS, scale.every)
    figures = bench(scale, faults, options.workers, lambda text: print(text, end="\n\n", flush=True))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(asdict(figures), indent=2) + "\n", "utf-8")
    missed = Counter(trial.contestant for trial in figures.trials if not trial.found)
    print(f"missed: {', '.join(f'{name} {count}' for name, count in missed.items()) or 'nothing'}; see {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
