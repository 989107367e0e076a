"""The channel that lays mails down as files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from engine.adapters.channels.folder import FolderChannel
from engine.core.ports import DeliveryError

RECIPIENT = "administratie@regenboog.example"


def a_mail(
    date: str = "Date: Tue, 24 Nov 2026 08:30:00 +0100",
    to: str = "To: Jan de Vries <administratie@regenboog.example>",
    message_id: str = "Message-ID: <1@swv.example>",
) -> bytes:
    headers = [line for line in ("From: bureau@swv.example", to, date, message_id, "Subject: Uitvraag") if line]
    return "\r\n".join([*headers, "", "Beste Jan,", ".", ""]).encode()


def deliver(folder: Path, *mails: bytes) -> list[str]:
    channel = FolderChannel(folder)
    for mail in mails:
        channel.deliver(mail, "bureau@swv.example", RECIPIENT, lambda: None)
    return sorted(path.name for path in folder.iterdir())


def test_the_file_is_named_after_its_date_its_recipient_and_its_message_id(tmp_path: Path) -> None:
    assert deliver(tmp_path, a_mail()) == ["20261124-0830_administratie-regenboog-example_f3f4c50f.eml"]


def test_the_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    (name,) = deliver(tmp_path, a_mail())

    assert (tmp_path / name).read_bytes() == a_mail()


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    assert len(deliver(tmp_path / "uit" / "mail", a_mail())) == 1


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    assert len(deliver(tmp_path, a_mail(), a_mail())) == 1


def test_two_mails_of_one_minute_to_one_address_are_two_files(tmp_path: Path) -> None:
    assert len(deliver(tmp_path, a_mail(), a_mail(message_id="Message-ID: <2@swv.example>"))) == 2


def test_files_sort_by_their_date(tmp_path: Path) -> None:
    later = a_mail(date="Date: Wed, 2 Dec 2026 08:30:00 +0100", to="To: aanvang@regenboog.example")

    assert [name[:13] for name in deliver(tmp_path, later, a_mail())] == ["20261124-0830", "20261202-0830"]


def test_without_a_to_the_recipient_names_the_file(tmp_path: Path) -> None:
    assert "_administratie-regenboog-example_" in deliver(tmp_path, a_mail(to=""))[0]


@pytest.mark.parametrize("date", ["", "Date: gisteren"])
def test_without_a_readable_date_the_file_says_so(tmp_path: Path, date: str) -> None:
    assert deliver(tmp_path, a_mail(date=date))[0].startswith("zonder-datum_")


def test_mails_without_a_message_id_are_told_apart_by_their_bytes(tmp_path: Path) -> None:
    mail = a_mail(message_id="")

    assert len(deliver(tmp_path, mail, mail, mail + b"Nog iets.\r\n")) == 2


def test_an_address_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    name = deliver(tmp_path, a_mail(to='To: "../../e/x"@regenboog.example'))[0]

    assert "_e-x-regenboog-example_" in name


def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    (name,) = deliver(tmp_path, a_mail())

    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_on_data_is_called_once_when_nothing_is_written_yet(tmp_path: Path) -> None:
    seen: list[list[Path]] = []
    channel = FolderChannel(tmp_path)

    channel.deliver(a_mail(), "bureau@swv.example", RECIPIENT, lambda: seen.append(list(tmp_path.iterdir())))

    assert seen == [[]]


def test_when_on_data_fails_nothing_is_written(tmp_path: Path) -> None:
    def locked() -> None:
        raise RuntimeError("database locked")

    with pytest.raises(RuntimeError):
        FolderChannel(tmp_path).deliver(a_mail(), "bureau@swv.example", RECIPIENT, locked)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_config_and_the_text_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.write_text("")

    with pytest.raises(DeliveryError) as caught:
        FolderChannel(folder).deliver(a_mail(), "bureau@swv.example", RECIPIENT, lambda: None)

    assert caught.value.verdict == "config"
    assert caught.value.message.startswith(f"In de map {folder} kan geen mail worden bewaard: er staat een bestand")
    assert "[mail] map in config.toml" in caught.value.message


def test_a_write_that_fails_is_config_and_leaves_no_half_file(tmp_path: Path) -> None:
    (name,) = deliver(tmp_path, a_mail())
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()

    with pytest.raises(DeliveryError) as caught:
        FolderChannel(tmp_path).deliver(a_mail(), "bureau@swv.example", RECIPIENT, lambda: None)

    assert caught.value.verdict == "config"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_close_may_be_called_twice(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path)
    channel.close()
    channel.close()
