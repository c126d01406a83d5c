"""Arena: who may call (PUT Event, and PUT Outbound-Event Event Quality Reconcile: introduction and Request Header)."""

from tests.harness.callers import KINDS, Kind, body_of, nearly
from tests.harness.exchange import Request
from tests.harness.run import Run
from tests.harness.scenario import Need, parts, scenario

ENVELOPE = ("ARENA-ERROR-1", "ARENA-ERROR-8")
NEARLY = {"made up": None, "cut at its end": 0, "cut at its beginning": 1, "longer": 2}


@scenario(
    "arena", "ARENA-AUTH-1", *ENVELOPE, independent=True, parts=parts(kind=KINDS, body=["the right body", "no JSON"])
)
def test_no_session(run: Run, kind: Kind, body: str) -> list[Request]:
    """A request without a session is refused, whether it would be right, and whatever else is wrong with it."""
    ref = run.arena.first(kind)
    right = body_of(ref, run.arena.other(ref))
    return [run.arena.request(ref, right if body == "the right body" else b"{", session="")]


@scenario("arena", "ARENA-AUTH-2", *ENVELOPE, independent=True, parts=parts(kind=KINDS, near=NEARLY))
def test_an_unknown_session(run: Run, kind: Kind, near: int | None) -> list[Request]:
    """A session that was never issued is refused: one made up, and ones that begin or end as the real one."""
    ref = run.arena.first(kind)
    known = run.arena.target.session_id
    made_up = "".join(run.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=len(known)))
    session = made_up if near is None else nearly(known)[near]
    return [run.arena.request(ref, body_of(ref, run.arena.other(ref)), session=session)]


@scenario(
    "arena",
    "ARENA-AUTH-3",
    needs=[Need.USER_SESSION],
    parts=parts(
        kind=KINDS,
        asked={"true": True, "false": False},
        same={"for a change": False, "for what is there": True},
    ),
)
def test_a_user_who_is_no_administrator(run: Run, kind: Kind, asked: bool, same: bool) -> None:
    """A user who is not an integration administrator may set neither value, not even the one that is there."""
    ref = run.arena.first(kind)
    run.arena.ensure(ref, asked if same else not asked)
    run.arena.put(ref, body_of(ref, asked), session=run.arena.target.non_admin_session_id)
