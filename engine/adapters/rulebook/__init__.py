"""Rule files (YAML, TOML) become a Rulebook, or problems at their place.

`nodes` and `toml_nodes` read text into nodes that know their place; `model` says which keys there are;
`checks` says what one rule must satisfy beyond its shape; `syntax` puts the YAML parser's errors into Dutch;
`rule_file` makes one Rule; `reader` makes the Rulebook.
"""

from engine.adapters.rulebook.reader import parse_files, read_rulebook

__all__ = ["parse_files", "read_rulebook"]
