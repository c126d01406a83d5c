"""What a deep run does until its time or its requests are over: new inputs, all the while."""

from tests.harness.run import Run
from tests.harness.scenario import scenario


@scenario("arena", "HTTP-1", phase="deep")
def test_new_inputs_at_arena(run: Run) -> None:
    """Whatever is drawn for Arena is drawn anew, round by round."""
    run.draw_until_the_end("arena")


@scenario("vba", "HTTP-1", phase="deep")
def test_new_inputs_at_vba(run: Run) -> None:
    """Whatever is drawn for VBA is drawn anew, round by round."""
    run.draw_until_the_end("vba")
