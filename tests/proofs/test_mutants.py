"""Each planted defect ends red, so that what is green means something."""

import re
from collections import Counter

from django.db import IntegrityError

from tests.proofs.histories.chronicle import Violation
from tests.proofs.histories.history import history
from tests.proofs.histories.over_http import Http
from tests.proofs.histories.rows import prepare
from tests.proofs.histories.through_the_domain import Domain
from tests.proofs.histories.world import World, make_world
from tests.proofs.mutants import MUTANTS, Mutant, beginning, planted
from tests.proofs.size import CI, asked


def net_that_finds(mutant: Mutant, world: World) -> str:
    """Which net a mutant is caught in; empty when its scenario goes by as if nothing were."""
    driver = Http(world) if mutant.through == "http" else Domain()
    try:
        with history(world, driver, beginning(mutant)) as told:
            mutant.scenario(told)
    except IntegrityError as refused:
        return f"the database ({str(refused).splitlines()[0]})"
    except Violation as violation:
        if "IntegrityError" in str(violation):
            return f"the database ({violation})"
        found = re.match(r"(I\d+ \w+)", str(violation))
        return f"invariant {found[0]}" if found else f"the model ({violation})"
    return ""


def test_every_planted_defect_is_found(transactional_db, tally, capsys):
    tally.what, tally.unit = "defects planted in the code", "each found"
    world = make_world()
    prepare()
    nets, unfound = Counter(), []
    for mutant in MUTANTS:
        assert not net_that_finds(mutant, world), f"{mutant.name}: fails without the mutant"
        with planted(mutant):
            net = net_that_finds(mutant, world)
        if not net:
            unfound.append(mutant.name)
        nets[net.split(" (")[0].split(" I")[0] or "none"] += 1
        with capsys.disabled():
            if asked() != CI:
                print(f"{mutant.name}: {net[:120]}")  # noqa: T201  -- the evidence
    tally.count(len(MUTANTS), violations=len(unfound))
    tally.remark = ", ".join(f"{count} by {net}" for net, count in nets.most_common())
    assert not unfound, unfound
