"""Arena: who may call (PUT Event, and PUT Outbound-Event Event Quality Reconcile: introduction and Request Header)."""

from tests.harness.callers import KINDS, Kind, body_of, nearly
from tests.harness.exchange import Request
from tests.harness.run import Run
from tests.harness.scenario import Need, in_turn, parts, scenario

ENVELOPE = ("ARENA-ERROR-1", "ARENA-ERROR-8")
MADE_UP = {"made up": None}
NEARLY = {"cut at its end": 0, "cut at its beginning": 1, "longer": 2}


@scenario(
    "arena", "ARENA-AUTH-1", *ENVELOPE, independent=True, parts=parts(kind=KINDS, body=["the right body", "no JSON"])
)
def test_no_session(run: Run, kind: Kind, body: str) -> list[Request]:
    """A request without a session is refused, whether it would be right, and whatever else is wrong with it."""
    ref = run.arena.first(kind)
    right = body_of(ref, run.arena.other(ref))
    return [run.arena.request(ref, right if body == "the right body" else b"{", session="")]


@scenario("arena", "ARENA-AUTH-1", "ARENA-AUTH-2", independent=True, parts=parts(kind=KINDS))
def test_a_stranger_asks_for_what_is_there(run: Run, kind: Kind) -> list[Request]:
    """An update that would change nothing is refused as well, without a session and with an unknown one."""
    ref = run.arena.first(kind)
    body = body_of(ref, not run.arena.other(ref))
    return [run.arena.request(ref, body, session=session) for session in ("", _made_up(run))]


@scenario(
    "arena",
    "ARENA-AUTH-2",
    *ENVELOPE,
    independent=True,
    parts=parts(kind=KINDS, near=MADE_UP) | in_turn(kind=KINDS, near=NEARLY),
)
def test_an_unknown_session(run: Run, kind: Kind, near: int | None) -> list[Request]:
    """A session that was never issued is refused: one made up, and ones that begin or end as the real one."""
    ref = run.arena.first(kind)
    session = _made_up(run) if near is None else nearly(run.arena.target.session_id)[near]
    request = run.arena.request(ref, body_of(ref, run.arena.other(ref)), session=session)
    # A server that keeps sessions may know it the second time.
    return [request, request] if near is None else [request]


@scenario("arena", "ARENA-AUTH-3", needs=[Need.USER_SESSION], parts=parts(kind=KINDS))
def test_a_user_who_is_no_administrator(run: Run, kind: Kind) -> None:
    """A user who is not an integration administrator may not change the value that is there, nor set it again."""
    ref = run.arena.first(kind)
    other = run.arena.other(ref)
    for value in (not other, other):
        run.arena.ensure(ref, value)
        for asked in (value, not value):
            run.arena.put(ref, body_of(ref, asked), session=run.arena.target.non_admin_session_id)


def _made_up(run: Run) -> str:
    known = run.arena.target.session_id
    return "".join(run.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=len(known)))
