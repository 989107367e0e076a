"""How the golden mails look in a real browser. Run apart: `pytest tests/browser`; needs Debian's chromium."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

MAILS = Path(__file__).parents[1] / "golden" / "mails"
NAMES = sorted(path.stem for path in MAILS.glob("*.html"))
WIDTHS = (600, 360)
SCHEMES = {"dark": "0", "light": "1"}
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=5000",
)

# Each mail stands in frames of both widths on one page; what was measured is written into the page.
PAGE = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<body>{frames}<pre id="measured"></pre><script>
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = (colour) => numbers(colour).slice(0, 3)
  .map((one) => one / 255)
  .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
  .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
function behind(element) {{
  for (let at = element; at; at = at.parentElement) {{
    const colour = at.ownerDocument.defaultView.getComputedStyle(at).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }}
  return 'rgb(255, 255, 255)';
}}
function contrast(element) {{
  const pair = [light(element.ownerDocument.defaultView.getComputedStyle(element).color), light(behind(element))];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}}
function measure(frame) {{
  const page = frame.contentDocument;
  const words = [...page.querySelectorAll('body *')].filter((element) => element.offsetHeight > 1
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return {{
    mail: frame.title,
    width: frame.width,
    page: page.documentElement.scrollWidth,
    buttons: [...page.querySelectorAll('.knop a')].map((button) => button.getBoundingClientRect().height),
    contrast: Math.min(...words.map(contrast)),
    background: behind(page.querySelector('h1')),
  }};
}}
onload = () => {{
  const found = [...document.querySelectorAll('iframe')].map(measure);
  document.getElementById('measured').textContent = JSON.stringify(found);
}};
</script>"""


@pytest.fixture(scope="module", params=sorted(SCHEMES))
def measured(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: Path
) -> dict[tuple[str, int], Any]:
    """What a browser with a light or dark preference makes of each mail at each width."""
    folder = tmp_path_factory.mktemp("chromium")
    page = folder / "page.html"
    page.write_text(PAGE.format(frames="".join(_frame(name, width) for name in NAMES for width in WIDTHS)), "utf-8")
    scheme = f"--blink-settings=preferredColorScheme={SCHEMES[request.param]}"
    profile = f"--user-data-dir={folder / 'profile'}"
    shown = subprocess.run(
        [chromium, *FLAGS, scheme, profile, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    found = re.search(r'<pre id="measured">(.+?)</pre>', shown, re.DOTALL)
    assert found is not None, "the page measured nothing"
    results = json.loads(html.unescape(found[1]))
    return {(one["mail"], int(one["width"])): one | {"scheme": request.param} for one in results}


def _frame(name: str, width: int) -> str:
    mail = html.escape((MAILS / f"{name}.html").read_text(encoding="utf-8"), quote=True)
    return f'<iframe title="{name}" width="{width}" height="900" style="border:0" srcdoc="{mail}"></iframe>'


def test_every_mail_was_measured_at_both_widths(measured: dict[tuple[str, int], Any]) -> None:
    """Nothing is passed over in silence."""
    assert set(measured) == {(name, width) for name in NAMES for width in WIDTHS}


def test_no_mail_scrolls_sideways(measured: dict[tuple[str, int], Any]) -> None:
    """A telephone is 360 wide; a reading pane 600."""
    assert {mail: one["page"] for mail, one in measured.items() if one["page"] > mail[1]} == {}


def test_a_button_is_at_least_44_pixels_high(measured: dict[tuple[str, int], Any]) -> None:
    """pages.md, Mails 2. What asks nothing of the reader has no button, nor has what the program tells the bureau.

    An invitation is answered by the buttons of the reader's own agenda.
    """
    without = (
        "vastgehouden",
        "niet-aangekomen",
        "vaststellen",
        "gesprek-",
        "uitnodiging-gesprek",
        "gegevens-gewijzigd",
    )
    plain = {"kopie", "toch-binnen", "toch-binnen-bundel"} | {name for name in NAMES if name.startswith(without)}
    assert {mail for mail, _ in measured if not measured[mail, 600]["buttons"]} == plain
    assert min(height for one in measured.values() for height in one["buttons"]) >= 44


def test_all_words_can_be_read(measured: dict[tuple[str, int], Any]) -> None:
    """WCAG 1.4.3: a contrast of 4.5, light and dark."""
    assert {mail: one["contrast"] for mail, one in measured.items() if one["contrast"] < 4.5} == {}


def test_the_page_follows_the_preference_for_light_or_dark(measured: dict[tuple[str, int], Any]) -> None:
    """Dark means that the sheet itself is dark."""
    for one in measured.values():
        colours = [int(part) for part in re.findall(r"\d+", one["background"])[:3]]
        assert (max(colours) < 100) == (one["scheme"] == "dark")
