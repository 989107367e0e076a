"""The workspace a user keeps: config.toml becomes Settings, mail_templates becomes text.

`model` says which keys config.toml has; `settings` reads it; `places` finds where a key stands;
`templates` reads the mails; `samples` tells what config.toml still has of the sample; `texts` writes what a page
changes.
"""

from engine.adapters.workspace.samples import left_from_sample
from engine.adapters.workspace.settings import read_settings
from engine.adapters.workspace.templates import read_templates
from engine.adapters.workspace.texts import TextChanged, read_text, write_text

__all__ = ["TextChanged", "left_from_sample", "read_settings", "read_templates", "read_text", "write_text"]
