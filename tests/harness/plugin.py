"""pytest runs the scenarios: this plugin gives them their target, and turns what was found into the run's answer.

It does nothing unless scenarios of tests/contract/ are collected.
"""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import pytest

from tests.harness import report, summary
from tests.harness.options import Options, read_options
from tests.harness.proxies import through_proxies
from tests.harness.run import Run
from tests.harness.runner import apis_of, chosen_scenarios
from tests.harness.scenario import MODULES, Scenario, modules_of, named, parts_of
from tests.harness.target import ConfigurationError, Target, load_target, reference_target
from tests.harness.verdict import Verdict, decide, gates

VARIABLES = {
    "TARGET_URL": "the base URL of the implementation to test; without it, the embedded reference implementation",
    "TARGET_CONFIG": "a target.toml with the target's credentials and data",
    "PROFILE": "quick, standard (the default) or deep",
    "STRICT": "1: a failed SHOULD makes the target nonconforming too",
    "ONLY": "ids of requirements or their beginnings, such as EVENT-3 or BATCH, separated by commas",
    "MAX_REQUESTS": "send no more requests than this",
    "MAX_TIME": "send no request after this many seconds; a deep run ends then (600 by default)",
    "RATE": "send at most this many requests a second",
    "WORKERS": "independent requests that may be under way at once (8 by default)",
    "SEED": "the same seed sends the same requests; without it, one is drawn and printed",
    "REPORT_DIR": "where the reports go (reports/ by default)",
}
TAKEN = {"STRICT": "--strict-contract"}
"""Options whose plain name is pytest's own."""


class ContractViolationError(Exception):
    """A scenario's exchanges broke requirements; the text names them."""


class Contract:
    """One run of the contract under pytest, from collection to the exit code. Its start raises ConfigurationError."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.verdict: Verdict | None = None
        self._embedded = ExitStack()
        try:
            self.run = Run(self._target(), options)
        except ConfigurationError:
            self._embedded.close()
            raise

    def first_requests(self) -> list[Scenario]:
        """Reach each API that the chosen scenarios speak to, and give these scenarios."""
        try:
            chosen = chosen_scenarios(self.run.target, self.options)
            self.run.to_perform = chosen
            self.run.first_requests(apis_of(chosen))
        except ConfigurationError:
            self.run.close()
            self._embedded.close()
            raise
        return chosen

    def finish(self) -> int:
        """End the run, write its reports, and give the exit code."""
        self.run.close()
        self._embedded.close()
        self.verdict = decide(self.run)
        report.write(self.run, self.verdict, self.options.report_dir)
        return self.verdict.exit_code

    def _target(self) -> Target:
        options = self.options
        if options.target_config is not None:
            return through_proxies(load_target(options.target_config, options.target_url))
        if options.target_url is not None:
            return through_proxies(reference_target(options.target_url, "the target at TARGET_URL"))
        # Only then: a run against a target does without the server, which takes its time to import.
        from tests.reference.app import build_app
        from tests.reference.server import running

        # It is on this machine, where no proxy could reach it.
        return reference_target(self._embedded.enter_context(running(build_app())))


CONTRACT = pytest.StashKey[Contract]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every variable of `make test` is an option too: TARGET_URL is --target-url."""
    group = parser.getgroup("contract", "the contract suite")
    for name, text in VARIABLES.items():
        option = TAKEN.get(name, "--" + name.lower().replace("_", "-"))
        group.addoption(option, dest=f"contract_{name}", default=None, help=text)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What the profile does not run is not even imported."""
    module = f"tests.contract.{collection_path.stem}"
    left_out = module in MODULES and config.getoption("contract_PROFILE") == "quick"
    return True if left_out and module not in modules_of("quick") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each part of a scenario is a test of its own."""
    labelled = [one for one in parts_of(metafunc.function) if one.arguments]
    if labelled:
        names = list(labelled[0].arguments)
        values = [[one.arguments[name] for name in names] for one in labelled]
        metafunc.parametrize(names, values, ids=[one.name.partition("[")[2][:-1] for one in labelled])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose and order the scenarios, and reach the target before the first of them."""
    found = {item: scenario for item in items if (scenario := _scenario(item))}
    if not found or config.option.collectonly:
        return
    try:
        contract = Contract(read_options({name: config.getoption(f"contract_{name}") for name in VARIABLES}))
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[CONTRACT] = contract
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        chosen = contract.first_requests()
    except ConfigurationError as error:
        del config.stash[CONTRACT]
        raise pytest.UsageError(str(error)) from None
    kept = [item for item, one in found.items() if one in chosen]
    config.hook.pytest_deselected(items=[item for item in found if item not in kept])
    items[:] = [item for item in items if item not in found] + sorted(kept, key=lambda item: chosen.index(found[item]))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a scenario on the target; it fails where its exchanges break what the gate asks for."""
    contract = pyfuncitem.config.stash.get(CONTRACT, None)
    scenario = _scenario(pyfuncitem)
    if contract is None or scenario is None:
        return None
    run = contract.run
    try:
        reason = run.perform(scenario)
    except KeyboardInterrupt:
        raise
    except BaseException:
        run.crashed.append(scenario.name)
        raise
    broken = [requirement for requirement in run.broken_in(scenario) if gates(run, requirement)]
    if broken:
        raise ContractViolationError(", ".join(broken))
    if reason is not None:
        pytest.skip(reason)
    return True


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """A scenario that found something is counted as such: the summary tells more than a traceback could."""
    if report.failed and "ContractViolationError" in str(getattr(report.longrepr, "reprcrash", "")):
        return "scenarios with findings", "F", "FINDINGS"
    return None


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """The exit code is the verdict's where scenarios ran to their end; that of a crash or an interrupt stays."""
    contract = session.config.stash.get(CONTRACT, None)
    if contract is not None:
        if session.exitstatus == pytest.ExitCode.INTERRUPTED:
            contract.run.interrupt()
        code = contract.finish()
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = code or session.exitstatus
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The answer of the run, for a person."""
    contract = config.stash.get(CONTRACT, None)
    if contract is not None and contract.verdict is not None:
        for line in summary.lines(contract.run, contract.verdict):
            terminalreporter.write_line(line)


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """The run under way: what a scenario sends its requests with."""
    return request.config.stash[CONTRACT].run


def _interrupted(number: int, frame: FrameType | None) -> None:
    """A run that is told to end writes its reports as one that is interrupted; told again, it ends at once."""
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt(signal.Signals(number).name)


def _scenario(item: pytest.Item) -> Scenario | None:
    if not isinstance(item, pytest.Function):
        return None
    return named(f"{item.obj.__module__.rpartition('.')[2]}::{item.name}")
