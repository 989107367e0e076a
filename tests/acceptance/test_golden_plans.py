"""The dates of ten schooljaren in three regions and two sectors, as they were last read through.

After a change of a rule or a date on purpose: `GOLDEN_REWRITE=1 pytest tests/acceptance/test_golden_plans.py`, then
read the difference as a bureau would; tests/golden/plans/README.md tells what looks odd there and why it is right.
"""

from __future__ import annotations

import os

import pytest

from engine.core.settings import REGIONS, Region
from tests.acceptance.printed_plan import ROOT, Office, printed

FOLDER = ROOT / "tests" / "golden" / "plans"
SECTORS = ("po", "vo")


@pytest.mark.parametrize("sector", SECTORS)
@pytest.mark.parametrize("region", REGIONS)
def test_the_plan_is_the_golden_one(sector: str, region: Region) -> None:
    """Each date of each rule is what it was when someone last read the plan."""
    text = printed(Office(sector, region))
    file = FOLDER / f"{sector}-{region}.txt"
    if os.environ.get("GOLDEN_REWRITE"):
        file.write_text(text, encoding="utf-8")
    assert text.splitlines() == file.read_text(encoding="utf-8").splitlines()


def test_every_golden_plan_belongs_to_a_sector_and_a_region() -> None:
    """No golden plan is left behind by a sector or region that is gone."""
    plans = {path.stem for path in FOLDER.glob("*.txt")}
    assert plans == {f"{sector}-{region}" for sector in SECTORS for region in REGIONS}
