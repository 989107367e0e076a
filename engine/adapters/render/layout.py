"""The one layout: MJML with Jinja in it, made into html once per text."""

from __future__ import annotations

from functools import lru_cache

import mjml
from jinja2 import Template

from engine.adapters.render.template import TemplateFault, compile_part

LAYOUT = "layout"
LAYOUT_NAMES = frozenset(
    ["onderwerp", "voorproef", "swv", "melding", "aanhef", "opening", "taken", "delen", "groet", "bundel", "loop"]
)


@lru_cache(maxsize=16)
def compile_layout(source: str) -> Template:
    """The layout as a Jinja template of html; MJML runs once per text. Raises TemplateFault."""
    compile_part(source, 1, "html")
    try:
        html = mjml.mjml2html(source)
    except Exception as error:  # the parser raises bare ValueError and its own kinds
        raise TemplateFault(1, f"De opmaak is geen geldige MJML ({error}).") from None
    return compile_part(html.replace(' dir="auto"', ' dir="ltr"'), 1, "html")[0]
