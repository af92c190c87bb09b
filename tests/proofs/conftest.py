"""Each proof tells what it tried and what it found; `make prove` prints it as one table."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pytest

from tests.proofs.size import asked

KEY = "proof"


@dataclass
class Tally:
    """One row of the table: `tried` times `what`, with `violations` of what must hold."""

    what: str
    unit: str = ""
    tried: int = 0
    violations: int = 0
    seconds: float = 0.0
    remark: str = ""

    def count(self, tried: int = 1, *, violations: int = 0) -> None:
        self.tried += tried
        self.violations += violations


@pytest.fixture
def tally(request: pytest.FixtureRequest, record_property) -> Iterator[Tally]:
    """The row of this test. It names `what` it tries; a row without a try is a failure."""
    row = Tally(what=request.node.name)
    began = time.monotonic()
    yield row
    row.seconds = round(time.monotonic() - began, 1)
    record_property(KEY, asdict(row))
    assert row.tried > 0, f"{row.what} tried nothing"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter) -> None:
    rows = [
        Tally(**value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for name, value in report.user_properties
        if name == KEY
    ]
    if not rows:
        return
    terminalreporter.section(f"what was tried (size: {asked()})")
    widest = max(len(row.what) for row in rows)
    terminalreporter.line(f"{'':{widest}}  {'tried':>9}  {'violations':>10}  {'seconds':>8}")
    for row in sorted(rows, key=lambda row: row.what):
        terminalreporter.line(
            f"{row.what:{widest}}  {row.tried:>9,}  {row.violations:>10,}  {row.seconds:>8,.1f}"
            f"  {' '.join(part for part in (row.unit, row.remark) if part)}".rstrip()
        )
