"""Random histories of leads through the domain: the model agrees, and no invariant breaks."""

from collections import Counter

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proofs.histories.chronicle import Driver
from tests.proofs.histories.history import history
from tests.proofs.histories.machine import Histories
from tests.proofs.histories.rows import prepare
from tests.proofs.histories.through_the_domain import Domain
from tests.proofs.histories.tour import STEPS as STEPS_OF_TOUR
from tests.proofs.histories.tour import tour
from tests.proofs.histories.world import BEGINNINGS, World, make_world
from tests.proofs.size import CI, asked, size

STEPS = 30
EXAMPLES = size(ci=10, full=17_000)
A_SEED = 500  # examples


def play(machine, *, examples: int, steps: int, seed: int | None = None) -> None:
    """Let Hypothesis make up histories; in CI the same ones every time."""
    if seed is not None:
        machine = hypothesis.seed(seed)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=seed is None,
            database=None,
            deadline=None,
            print_blob=False,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_history_of_leads_breaks_a_rule(transactional_db, tally):
    tally.what, tally.unit = "random histories through the domain", "steps"
    steps: Counter[str] = Counter()
    world, driver = make_world(), Domain()
    prepare()
    play_all(world, driver, steps, examples=EXAMPLES)
    tally.count(steps.total())
    tally.remark = f"in {EXAMPLES:,} histories, {len(steps)} kinds"


def play_all(
    world: World, driver: Driver, steps: Counter[str], *, examples: int, seeds_from: int = 0
) -> None:
    """The tour, past a night in which the clock changes, and then what chance makes up."""
    for beginning in BEGINNINGS[:: len(BEGINNINGS) if asked() == CI else 1]:
        with history(world, driver, beginning, steps) as told:
            tour(told)
    undone = {name for name in STEPS_OF_TOUR if not steps[f"{name} done"]}
    assert not undone, undone
    machine = Histories.of(world, driver, steps)
    if asked() == CI:
        play(machine, examples=examples, steps=STEPS)
        return
    for seed in range(-(-examples // A_SEED)):
        play(machine, examples=min(A_SEED, examples), steps=STEPS, seed=seeds_from + seed)
