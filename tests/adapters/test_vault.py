"""Sealing the bytes of messages."""

from pathlib import Path

import pytest

from engine.adapters.vault import KeyedVault, make_key
from engine.core.ports import Unreadable
from engine.core.problem import Refused

RAW = b"Subject: Uitvraag\r\n\r\nhttps://jaarplanning.example/p/geheim\r\n"


def a_vault(folder: Path, **environment: str) -> KeyedVault:
    """A vault whose key file lies, or will lie, in the folder."""
    return KeyedVault(folder / "sleutel", environment)


def test_sealed_bytes_show_nothing_and_open_again(tmp_path: Path) -> None:
    sealed = a_vault(tmp_path).seal(7, RAW)
    assert b"geheim" not in sealed
    assert a_vault(tmp_path).open(7, sealed) == RAW


def test_the_key_is_made_at_the_first_need_for_its_owner_alone(tmp_path: Path) -> None:
    a_vault(tmp_path).seal(7, RAW)
    assert (tmp_path / "sleutel").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["sleutel"]


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    make_key(tmp_path / "sleutel")
    first = (tmp_path / "sleutel").read_bytes()
    make_key(tmp_path / "sleutel")
    assert (tmp_path / "sleutel").read_bytes() == first


def test_bytes_moved_to_another_message_do_not_open(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    with pytest.raises(Unreadable) as caught:
        vault.open(8, vault.seal(7, RAW))
    assert not caught.value.key_missing


def test_the_key_of_the_environment_comes_first_and_leaves_no_file(tmp_path: Path) -> None:
    key = "q" * 43 + "="
    sealed = a_vault(tmp_path, JAARPLANNING_SLEUTEL=key).seal(7, RAW)
    assert list(tmp_path.iterdir()) == []
    assert a_vault(tmp_path, JAARPLANNING_SLEUTEL=key).open(7, sealed) == RAW


def test_another_key_is_told_from_damage_and_an_older_one_may_be_added(tmp_path: Path) -> None:
    sealed = a_vault(tmp_path).seal(7, RAW)
    older = (tmp_path / "sleutel").read_text("ascii")
    (tmp_path / "sleutel").unlink()
    vault = a_vault(tmp_path)
    vault.seal(8, RAW)
    with pytest.raises(Unreadable, match="sleutel die het programma niet heeft") as caught:
        vault.open(7, sealed)
    assert caught.value.key_missing
    with (tmp_path / "sleutel").open("a", encoding="ascii") as file:
        file.write(older)
    assert vault.open(7, sealed) == RAW


def test_bytes_stored_before_there_were_keys_open(tmp_path: Path) -> None:
    assert a_vault(tmp_path).open(7, RAW) == RAW


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="JAARPLANNING_SLEUTEL klopt niet"):
        a_vault(tmp_path, JAARPLANNING_SLEUTEL="kort").seal(7, RAW)
