"""What `doctor` says of where mail goes."""

from engine.app.mail_looks import of_destination
from engine.core.settings import Settings

SETTINGS = Settings("SWV", "VO9901", "vo", "noord", "planning@swv.example")
DIVERTED = Settings("SWV", "VO9901", "vo", "noord", "planning@swv.example", redirect="proef@swv.example")


def test_mail_that_all_goes_to_one_address_is_told_with_the_remedy() -> None:
    (finding,) = (one for _, look in of_destination(DIVERTED, trial=False) for one in look())
    assert "proef@swv.example" in finding.message and "Scholen krijgen niets" in finding.message
    assert "omleiden" in finding.hint


def test_of_mail_that_goes_to_whom_it_is_for_nothing_is_told() -> None:
    assert [one for _, look in of_destination(SETTINGS, trial=False) for one in look()] == []
