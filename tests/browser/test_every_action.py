"""Every action of the site, done in a real browser: the form is filled in as a person would, and its button is pressed.

A new action is in here by itself. What a form needs beside plain values stands in FILLED.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from engine.web.routes import Page as Route
from tests.browser.walked_demo import FORMS, WalkedDemo, shown
from tests.web.walk import POSTS, named, route_of

# Wide and light, narrow and dark.
TRIED_IN = (0, 3)
# Fields that need a value of their own, by route.
FILLED: Mapping[str, Mapping[str, str]] = {}
# Pages with a form that not every page of their kind has.
AT = {
    "/documenten/fase": "/taken/schoolondersteuningsprofiel.v1.10AA00",
    "/documenten/fase/terug": "/taken/schoolondersteuningsprofiel.v1.10AA00",
}
# A fault of the server's own, or a page that is not there.
BAD = frozenset({400, 401, 403, 404, 405, 413, 500})
# Finds, in the page, each form with what it posts to; fills it in; returns how many there were.
FILL = """([path, filled]) => {
  const target = (form, button) => new URL(button?.getAttribute('formaction') || form.getAttribute('action')
    || location.href, location.href).pathname;
  for (const form of document.querySelectorAll('form')) {
    if (form.method !== 'post') continue;
    const buttons = [...form.querySelectorAll('button:not([type=button]), input[type=submit]')];
    const outside = form.id ? [...document.querySelectorAll(`button[form="${form.id}"]`)] : [];
    const button = [...buttons, ...outside]
      .find((one) => target(form, one) === path && !one.disabled && !one.hidden && !one.matches('.unseen'));
    if (!button) continue;
    for (let at = form; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    for (let at = button; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    const radios = new Set();
    let ticked = false;
    for (const field of form.elements) {
      const type = field.type;
      if (field.name in filled) { field.value = filled[field.name]; continue; }
      if (type === 'date') { if (!field.value) field.value = '2026-12-08'; }
      else if (type === 'email') { if (!field.value) field.value = 'nieuw.adres@school.example'; }
      else if (type === 'password') field.value = 'vier stille schepen varen laat';
      else if (['text', 'search', 'textarea', 'tel'].includes(type)) { if (!field.value) field.value = 'Proef'; }
      else if (type === 'select-one' && !field.value && field.options.length > 1) field.selectedIndex = 1;
      else if (type === 'checkbox' && !ticked) { field.checked = true; ticked = true; }
      else if (type === 'radio' && !radios.has(field.name)) {
        radios.add(field.name);
        if (!form.querySelector(`input[name="${field.name}"]:checked`)) field.checked = true;
      }
    }
    button.setAttribute('data-pressed', 'here');
    return true;
  }
  return false;
}"""


# Where who is not logged in finds the form.
LOGGED_OUT = {
    "/inloggen": "/inloggen",
    "/demo/inloggen": "/inloggen",
    "/wachtwoord-vergeten": "/wachtwoord-vergeten",
}


@pytest.mark.parametrize("route", POSTS, ids=named)
@pytest.mark.parametrize("number", TRIED_IN, ids=lambda number: shown(FORMS[number]))
def test_the_action_answers_plainly(office: WalkedDemo, route: Route, number: int) -> None:
    """It is done, or refused in plain words; the browser tells no fault and nothing comes from elsewhere."""
    page = office.pages[number]
    target = urlsplit(office.walk.address(route)).path
    source = AT.get(target) or _where(office, target) or _beside(target, route)
    if route.path in LOGGED_OUT:
        page.context.clear_cookies()
    assert source, "no page has a form for this"
    office.told.clear()
    page.goto(office.address + source)
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if answer.request.is_navigation_request() else None)
    try:
        assert page.evaluate(FILL, [target, dict(FILLED.get(route.path, {}))])
        _add_files(page)
        page.locator("[data-pressed]").click()
        page.wait_for_load_state()
        statuses = [answer.status for answer in answers if answer.request.method == "POST"]
        assert statuses, "nothing was sent"
        assert not BAD & {answer.status for answer in answers}, (statuses, page.inner_text("h1"))
        assert page.inner_text("h1")
        told = [line for line in office.told if "Failed to load resource" not in line]
        assert told == []
    finally:
        office.put_back()


def _where(office: WalkedDemo, target: str) -> str:
    """The address of a page with a form for this action."""
    met = [*((address, seen.text) for address, seen in office.walk.seen.values())]
    met += [(address, seen.text) for _page, address, seen in office.walk.more]
    leads = tuple(f'action="{target}{end}' for end in ('"', "#", "?"))
    for address, text in met:
        if any(lead in text for lead in leads) or (urlsplit(address).path == target and 'method="post">' in text):
            return address
    return ""


def _beside(target: str, route: Route) -> str:
    """The page of the same address, else of the one above it; who is not logged in has the login page."""
    if route.path in LOGGED_OUT:
        return LOGGED_OUT[route.path]
    above = target.rpartition("/")[0]
    return next((one for one in (target, above) if route_of("GET", one) is not None), "")


def _add_files(page: Page) -> None:
    for field in page.locator("form:has([data-pressed]) input[type=file]").all():
        field.set_input_files({"name": "contacten.csv", "mimeType": "text/csv", "buffer": b"email;naam\n"})
