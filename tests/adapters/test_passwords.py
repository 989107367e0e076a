"""Passwords as they are kept."""

import time

from argon2 import PasswordHasher

from engine.adapters.passwords import Argon2Passwords

# What is not about costs is tried at low ones.
PASSWORDS = Argon2Passwords(PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1))
KEPT = PASSWORDS.keep("fiets kade lamp oester")


def test_a_password_fits_what_was_kept_of_it_and_no_other() -> None:
    assert PASSWORDS.fits(KEPT, "fiets kade lamp oester")
    assert not PASSWORDS.fits(KEPT, "fiets kade lamp oestel")
    assert not PASSWORDS.fits("geen argon", "fiets kade lamp oester")


def test_it_is_argon2id_at_no_less_than_owasp_asks() -> None:
    """OWASP Password Storage Cheat Sheet: argon2id, at least 19 MiB and 2 rounds, or 46 MiB and 1."""
    _, kind, _, costs, _, _ = Argon2Passwords().keep("fiets kade lamp oester").split("$")
    memory, rounds, _ = (int(part.partition("=")[2]) for part in costs.split(","))
    assert kind == "argon2id"
    assert memory >= 47104
    assert rounds >= 1


def test_nobody_s_password_takes_as_long_as_a_wrong_one() -> None:
    PASSWORDS.fits("", "de eerste keer wordt er een gemaakt")
    began = time.process_time()
    PASSWORDS.fits(KEPT, "verkeerd")
    middle = time.process_time()
    assert not PASSWORDS.fits("", "niemand")
    assert time.process_time() - middle > (middle - began) / 3


def test_one_kept_at_lower_costs_is_dated() -> None:
    assert not PASSWORDS.is_dated(KEPT)
    assert Argon2Passwords().is_dated(KEPT)
