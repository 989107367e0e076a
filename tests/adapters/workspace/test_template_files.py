"""Mail templates: the shipped ones, and the workspace's own, which win."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.workspace import read_templates
from engine.core.problem import ProblemsFound


def folder(path: Path, **texts: str | bytes) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        suffix = "mjml" if name == "layout" else "md"
        (path / f"{name}.{suffix}").write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_shipped_templates_are_read_by_name(tmp_path: Path) -> None:
    shipped = folder(tmp_path / "shipped", uitvraag="Wilt u", layout="<mjml/>")
    assert read_templates(tmp_path, shipped) == {"layout": "<mjml/>", "uitvraag": "Wilt u"}


def test_the_templates_of_the_workspace_win(tmp_path: Path) -> None:
    shipped = folder(tmp_path / "shipped", uitvraag="van ons", bellen="van ons", layout="van ons")
    folder(tmp_path / "mail_templates", uitvraag="eigen", layout="eigen", nieuw="eigen")
    assert read_templates(tmp_path, shipped) == {
        "bellen": "van ons",
        "layout": "eigen",
        "nieuw": "eigen",
        "uitvraag": "eigen",
    }


def test_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    shipped = folder(tmp_path / "shipped", uitvraag=b"\xef\xbb\xbfa\r\nb\r\n")
    assert read_templates(tmp_path, shipped) == {"uitvraag": "a\nb\n"}


def test_a_template_in_another_encoding_is_a_problem(tmp_path: Path) -> None:
    folder(tmp_path / "mail_templates", uitvraag="één".encode("windows-1252"))
    with pytest.raises(ProblemsFound) as caught:
        read_templates(tmp_path, tmp_path / "shipped")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("mail_templates/uitvraag.md", 1)


def test_no_folders_give_no_templates(tmp_path: Path) -> None:
    assert read_templates(tmp_path, tmp_path / "shipped") == {}
