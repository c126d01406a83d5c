"""The catalogue, the checks, the scenarios and the tests of the checks belong together: none lacks the other."""

import importlib
import inspect
import pkgutil

import pytest

from tests import contract
from tests.harness.checks import CHECKS
from tests.harness.checks.registry import check
from tests.harness.contract import requirements
from tests.harness.exchange import ARENA_OPERATIONS, PUT_EVENTS_BATCH, Mismatch, OperationId
from tests.harness.history import History, Judged
from tests.harness.scenario import MODULES, Api, Scenario, parts_of, scenarios
from tests.suite import checks
from tests.suite.checks.judgement import SEEN_BROKEN, SEEN_KEPT

OPERATIONS: dict[Api, tuple[OperationId, ...]] = {"arena": ARENA_OPERATIONS, "vba": (PUT_EVENTS_BATCH,)}
each_requirement = pytest.mark.parametrize("id", sorted(requirements()))
each_scenario = pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)


@pytest.fixture(scope="module", autouse=True)
def every_test_of_this_package_is_registered() -> None:
    """Import the test modules: their decorators fill the register, also where only this module is run."""
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")


@each_requirement
def test_each_requirement_has_a_check(id: str) -> None:
    assert id in CHECKS


@pytest.mark.parametrize("id", sorted(CHECKS))
def test_each_check_judges_by_a_requirement_of_the_catalogue(id: str) -> None:
    assert id in requirements()


@pytest.mark.parametrize("id", ["EVENT-1", "EVENT-99"], ids=["a second check", "no requirement"])
def test_a_check_that_does_not_fit_the_catalogue_is_not_registered(id: str) -> None:
    def keeps_everything(judged: Judged, past: History) -> list[Mismatch] | None:
        return None

    with pytest.raises(ValueError, match=id):
        check(id)(keeps_everything)


@each_requirement
def test_each_requirement_is_seen_broken_by_a_test(id: str) -> None:
    assert id in SEEN_BROKEN


@each_requirement
def test_each_requirement_is_seen_kept_by_a_test(id: str) -> None:
    assert id in SEEN_KEPT


def test_no_test_names_a_requirement_that_there_is_not() -> None:
    assert (SEEN_BROKEN | SEEN_KEPT).issubset(requirements())


def test_there_are_scenarios_for_each_api() -> None:
    assert {scenario.api for scenario in scenarios()} == set(OPERATIONS)


@each_requirement
def test_each_requirement_rests_on_a_scenario(id: str) -> None:
    assert [scenario.name for scenario in scenarios() if id in scenario.requirements]


@pytest.mark.parametrize("operation", [*ARENA_OPERATIONS, PUT_EVENTS_BATCH])
@pytest.mark.parametrize("id", ["HTTP-1", "HTTP-2", "HTTP-3"])
def test_each_api_has_a_scenario_for_the_rules_of_http(id: str, operation: OperationId) -> None:
    assert [one.name for one in scenarios() if id in one.requirements and operation in OPERATIONS[one.api]]


@each_scenario
def test_each_scenario_speaks_to_an_operation_of_its_requirements(scenario: Scenario) -> None:
    spoken_to = set(OPERATIONS[scenario.api])

    assert all(spoken_to & set(requirements()[id].operations) for id in scenario.requirements)


@each_scenario
def test_each_scenario_has_a_sentence_that_describes_it(scenario: Scenario) -> None:
    assert (scenario.function.__doc__ or "").rstrip().endswith(".")


def test_every_module_of_the_contract_is_run() -> None:
    found = {f"{contract.__name__}.{module.name}" for module in pkgutil.iter_modules(contract.__path__)}

    assert found == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_no_scenario_takes_the_name_and_place_of_another(name: str) -> None:
    module = importlib.import_module(name)
    registered = {scenario.function for scenario in scenarios() if scenario.function.__module__ == name}

    assert len(registered) == inspect.getsource(module).count("@scenario(")


@pytest.mark.parametrize("name", MODULES)
def test_every_test_of_the_contract_is_a_scenario(name: str) -> None:
    tests = [value for key, value in vars(importlib.import_module(name)).items() if key.startswith("test_")]

    assert tests
    assert all(parts_of(test) for test in tests)
