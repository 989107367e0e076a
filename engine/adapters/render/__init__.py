"""Letters in words: a Markdown file per mail text, filled in by Jinja and set in one MJML layout.

`renderer` puts a letter together; `template` reads and guards one text; `markdown` makes html and plain text
from it; `words` says which values a text may use; `check` reports what is wrong with a set of templates; `example`
shows one.
"""

from engine.adapters.render.check import check_templates
from engine.adapters.render.example import example
from engine.adapters.render.renderer import MailRenderer

__all__ = ["MailRenderer", "check_templates", "example"]
