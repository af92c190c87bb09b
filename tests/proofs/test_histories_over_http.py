"""The same histories through the API, with a token for each person."""

from collections import Counter

from tests.proofs.histories.over_http import Http
from tests.proofs.histories.rows import prepare
from tests.proofs.histories.world import make_world
from tests.proofs.size import size
from tests.proofs.test_histories import play_all

EXAMPLES = size(ci=3, full=2_000)


def test_no_history_through_the_api_breaks_a_rule(transactional_db, tally, settings):
    tally.what, tally.unit = "random histories through the API", "steps"
    settings.API_REQUESTS_A_MINUTE = 1_000_000  # the clock of all histories begins at one time
    steps: Counter[str] = Counter()
    world = make_world()
    driver = Http(world)
    prepare()
    play_all(world, driver, steps, examples=EXAMPLES, seeds_from=10_000)
    tally.count(steps.total())
    tally.remark = f"in {EXAMPLES:,} histories, {len(steps)} kinds"
