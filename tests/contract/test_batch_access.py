"""VBA: who may call (Create or Update Batch Event: Security and Header parameters), and what a refused call applies."""

from tests.harness.callers import minimal, nearly
from tests.harness.run import Run
from tests.harness.scenario import scenario


@scenario("vba", "BATCH-AUTH-1", "BATCH-8")
def test_without_the_api_key(run: Run) -> None:
    """No API key, one made up, and ones nearly right: 401, and the entities do not exist after it."""
    key = run.vba.target.api_key
    made_up = "".join(run.rng.choices("abcdefghijkmnopqrstuvwxyz0123456789", k=len(key)))
    _refused(run, [{"api_key": value} for value in ("", made_up, *nearly(key))])


@scenario("vba", "BATCH-AUTH-2", "BATCH-8")
def test_without_the_bearer_token(run: Run) -> None:
    """No token, one made up, one without the scheme, and the right one under other schemes."""
    token = run.vba.target.bearer_token
    made_up = "".join(run.rng.choices("abcdefghijkmnopqrstuvwxyz0123456789", k=len(token)))
    bearers = [f"Bearer {value}" for value in (made_up, *nearly(token))]
    values = ["", *bearers, token, f"Basic {token}", "Bearer"]
    _refused(run, [{"authorization": value} for value in values])


@scenario("vba", "BATCH-AUTH-1", "BATCH-AUTH-2")
def test_without_any_credential(run: Run) -> None:
    """Neither the key nor the token."""
    _refused(run, [{"api_key": "", "authorization": ""}])


@scenario("vba", "BATCH-AUTH-3", "BATCH-8")
def test_without_the_database(run: Run) -> None:
    """No vbasoftware-database: refused, and the entity does not exist after it."""
    _refused(run, [{"database": ""}])


@scenario("vba", "BATCH-AUTH-4")
def test_an_unknown_database(run: Run) -> None:
    """The name of a database that there is not."""
    made_up = "".join(run.rng.choices("abcdefghijkmnopqrstuvwxyz", k=14))
    _refused(run, [{"database": made_up}])


def _refused(run: Run, callers: list[dict[str, str]]) -> None:
    """Each caller sends a new entity; then the right one sends them all, and each is created by that."""
    ids = run.vba.new(len(callers))
    for id, caller in zip(ids, callers, strict=True):
        run.vba.put([minimal(id)], **caller)
    for id in ids:
        run.vba.put([minimal(id)])
