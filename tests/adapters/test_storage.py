"""The disk under the data."""

from pathlib import Path

import pytest

from engine.adapters.storage import free_bytes, network_drive, others_may_read

MOUNTS = r"""
/dev/sda1 / ext4 rw 0 0
server:/export /srv/data nfs4 rw 0 0
/dev/sdb1 /srv/data/local ext4 rw 0 0
//nas/deel /mnt/met\040spatie cifs rw 0 0
me@host: /mnt/ssh fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/x.sqlite", ""),
        ("/srv/data/x.sqlite", "nfs4"),
        ("/srv/database/x.sqlite", ""),
        ("/srv/data/local/x.sqlite", ""),
        ("/mnt/met spatie/x.sqlite", "cifs"),
        ("/mnt/ssh/x.sqlite", "fuse.sshfs"),
    ],
)
def test_a_network_drive_is_known_by_its_mount(path: str, kind: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert network_drive(Path(path), mounts) == kind


def test_where_mounts_are_not_told_nothing_is_known(tmp_path: Path) -> None:
    assert network_drive(tmp_path, tmp_path / "nergens") == ""


def test_the_disk_has_room(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0


@pytest.mark.parametrize(("mode", "seen"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_who_may_read_a_file(mode: int, seen: bool, tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.touch()
    file.chmod(mode)
    assert others_may_read(file) is seen
