"""VBA: who may call (Create or Update Batch Event: Security and Header parameters).

Each refused request holds a new entity. Whether it was applied all the same shows when it is created at the end.
"""

from collections.abc import Callable
from typing import Any

from tests.harness.callers import body_of_batch, minimal, nearly
from tests.harness.exchange import Request
from tests.harness.run import Run
from tests.harness.scenario import parts, scenario

LETTERS = "abcdefghijkmnopqrstuvwxyz0123456789"
Spoil = Callable[[str, str], str]
"""A wrong credential from the right one and one that was made up. An empty one is not sent."""
WRONG_KEYS: dict[str, Spoil] = {
    "none": lambda right, made_up: "",
    "made up": lambda right, made_up: made_up,
    "cut at its end": lambda right, made_up: nearly(right)[0],
    "cut at its beginning": lambda right, made_up: nearly(right)[1],
    "longer": lambda right, made_up: nearly(right)[2],
}
WRONG_TOKENS: dict[str, Spoil] = {
    "none": lambda right, made_up: "",
    "made up": lambda right, made_up: f"Bearer {made_up}",
    "cut at its end": lambda right, made_up: f"Bearer {nearly(right)[0]}",
    "cut at its beginning": lambda right, made_up: f"Bearer {nearly(right)[1]}",
    "longer": lambda right, made_up: f"Bearer {nearly(right)[2]}",
    "without a scheme": lambda right, made_up: right,
    "of another scheme": lambda right, made_up: f"Basic {right}",
    "a bare scheme": lambda right, made_up: "Bearer",
}


@scenario("vba", "BATCH-AUTH-1", "BATCH-8", independent=True, parts=parts(spoil=WRONG_KEYS))
def test_without_the_api_key(run: Run, spoil: Spoil) -> list[Request]:
    """No API key, one made up, and ones nearly right: 401."""
    right = run.vba.target.api_key
    return _with_a_new_entity(run, api_key=spoil(right, _made_up(run, right)))


@scenario("vba", "BATCH-AUTH-2", "BATCH-8", independent=True, parts=parts(spoil=WRONG_TOKENS))
def test_without_the_bearer_token(run: Run, spoil: Spoil) -> list[Request]:
    """No token, one made up, one without the scheme, and the right one under another scheme: 401."""
    right = run.vba.target.bearer_token
    return _with_a_new_entity(run, authorization=spoil(right, _made_up(run, right)))


@scenario("vba", "BATCH-AUTH-1", "BATCH-AUTH-2", independent=True)
def test_without_any_credential(run: Run) -> list[Request]:
    """Neither the key nor the token."""
    return _with_a_new_entity(run, api_key="", authorization="")


@scenario("vba", "BATCH-AUTH-3", "BATCH-8", independent=True)
def test_without_the_database(run: Run) -> list[Request]:
    """No vbasoftware-database: refused with 4xx."""
    return _with_a_new_entity(run, database="")


@scenario("vba", "BATCH-AUTH-4", independent=True)
def test_an_unknown_database(run: Run) -> list[Request]:
    """The name of a database that there is not."""
    return _with_a_new_entity(run, database="".join(run.rng.choices(LETTERS[:25], k=14)))


@scenario("vba", "BATCH-8", "BATCH-AUTH-1", "BATCH-AUTH-2", "BATCH-AUTH-3", phase="last")
def test_what_refused_batches_left(run: Run) -> None:
    """At the end, what was refused is sent once more: it is created now, and what was done beside it is updated."""
    ids = run.history.doubtful()
    if ids:
        run.vba.put([minimal(id) for id in ids])


def _with_a_new_entity(run: Run, **caller: Any) -> list[Request]:
    return [run.vba.request(body_of_batch([minimal(run.vba.new(1)[0])]), **caller)]


def _made_up(run: Run, right: str) -> str:
    return "".join(run.rng.choices(LETTERS, k=len(right)))
