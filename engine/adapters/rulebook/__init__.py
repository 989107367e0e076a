"""Rule files (YAML, TOML) become a Rulebook, or problems at their place.

`nodes` and `toml_nodes` read text into nodes that know their place; `syntax` puts the YAML parser's errors into
Dutch; `model` says which keys there are, `values` what may stand there, `kinds` which soort has which;
`misplaced` lifts keys of the rule that landed below another; `shape` holds a tree against the model; `written` and
`order` read its dates; `checks` says what one rule must satisfy beyond its shape, `deviations` what the dates of one
schooljaar must, `notes` what is allowed but odd, `locate` where that stands which only a calendar shows; `uses` looks
at what rules use of each other, `ladders` fetches the steps of another rule, `renames` looks at old names; `rule_file`
makes one Rule; `reader` makes the Rulebook; `moving` writes the dates of a round that moves; `schema` tells editors.
"""

from engine.adapters.rulebook.locate import located
from engine.adapters.rulebook.moving import is_moved, with_moved_round
from engine.adapters.rulebook.reader import LARGEST_FILE, parse_files, read_rulebook, rule_file_names
from engine.adapters.rulebook.rule_file import FILE_NAME, rule_id
from engine.adapters.rulebook.schema import json_schema

__all__ = [
    "FILE_NAME",
    "LARGEST_FILE",
    "is_moved",
    "json_schema",
    "located",
    "parse_files",
    "read_rulebook",
    "rule_file_names",
    "rule_id",
    "with_moved_round",
]
