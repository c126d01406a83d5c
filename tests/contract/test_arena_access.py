"""Arena: who may call (PUT Event, and PUT Outbound-Event Event Quality Reconcile: introduction and Request Header)."""

from tests.harness.callers import body_of, nearly
from tests.harness.run import Run
from tests.harness.scenario import Need, scenario


@scenario("arena", "ARENA-AUTH-1", "ARENA-ERROR-1", "ARENA-ERROR-8")
def test_no_session(run: Run) -> None:
    """A request without a session is refused, whether it would be right, and whatever else is wrong with it."""
    for ref in run.arena.one_of_each:
        run.arena.set(ref, True)
        run.arena.put(ref, body_of(ref, False), session="")
        run.arena.put(ref, b"{", session="")
        run.arena.read(ref)


@scenario("arena", "ARENA-AUTH-2", "ARENA-ERROR-1", "ARENA-ERROR-8")
def test_an_unknown_session(run: Run) -> None:
    """A session that was never issued is refused: one made up, and ones that begin or end as the real one."""
    known = run.arena.target.session_id
    made_up = "".join(run.rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=len(known)))
    for ref in run.arena.one_of_each:
        run.arena.set(ref, True)
        for session in (made_up, *nearly(known)):
            run.arena.put(ref, body_of(ref, False), session=session)
        run.arena.read(ref)


@scenario("arena", "ARENA-AUTH-3", needs=[Need.USER_SESSION])
def test_a_user_who_is_no_administrator(run: Run) -> None:
    """A user who is not an integration administrator may set neither value, not even the one that is there."""
    for ref in run.arena.one_of_each:
        for value in (True, False):
            run.arena.set(ref, not value)
            for asked in (value, not value):
                run.arena.put(ref, body_of(ref, asked), session=run.arena.target.non_admin_session_id)
            run.arena.read(ref)
