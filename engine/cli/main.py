"""The entry point: runs a verb and turns every foreseen fault into plain Dutch and an exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, Exit, TyperException

from engine.cli import act, care, look, plan, prepare, serve
from engine.cli.show import complain, show_problems
from engine.core.problem import ProblemsFound, Refused, WrongUse

FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `python3 -m engine VERB …`. Returns 0 when all is well, 1 for problems found, 2 for wrong use."""
    arguments = _with_fingerprint(list(sys.argv[1:] if argv is None else argv))
    as_json = "--json" in arguments
    try:
        code = _program()(args=arguments, prog_name="jaarplanning", standalone_mode=False)
    except (ProblemsFound, Refused, WrongUse) as fault:
        return _at_fault(fault, as_json=as_json)
    except Exit as ended:
        return ended.exit_code
    except TyperException as wrong:
        return _wrong_use(wrong)
    except (Abort, KeyboardInterrupt):
        complain("Gestopt.")
        return 1
    # Outside its standalone mode the parser returns the code of an Exit instead of raising it.
    return code if isinstance(code, int) else 0


def _at_fault(fault: ProblemsFound | Refused | WrongUse, *, as_json: bool) -> int:
    if isinstance(fault, ProblemsFound):
        show_problems(fault.problems, as_json=as_json)
        return 1
    complain(fault.message, fault.hint, as_json=as_json and isinstance(fault, Refused))
    return 2 if isinstance(fault, WrongUse) else 1


def _program() -> typer.Typer:
    program = typer.Typer(
        name="jaarplanning",
        help="De jaarplanning van een samenwerkingsverband: plannen, vragen, herinneren en bijhouden.",
        rich_markup_mode=None,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for room in (prepare, plan, look, act, serve, care):
        room.add_verbs(program)
    return program


def _with_fingerprint(arguments: list[str]) -> list[str]:
    """`--apply FINGERPRINT` is an option with a value of its own; the parser knows only `--apply`."""
    if arguments[:1] != ["plan"] or "--apply" not in arguments:
        return arguments
    after = arguments.index("--apply") + 1
    if after < len(arguments) and FINGERPRINT.fullmatch(arguments[after]):
        return [*arguments[:after], "--fingerprint", *arguments[after:]]
    return arguments


def _wrong_use(wrong: TyperException) -> int:
    """The parser's own complaints, in Dutch; it names them by class."""
    kind = type(wrong).__name__
    if kind == "NoArgsIsHelpError":
        sys.stdout.write(f"{wrong.message}\n")
        return 2
    option = getattr(wrong, "option_name", "")
    parameter = getattr(wrong, "param", None)
    name = getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or ""
    given = getattr(wrong, "message", "")
    quoted = re.search(r"'([^']*)'", given)
    shown = quoted[1] if quoted else ""
    messages = {
        "NoSuchOption": f"De optie {option} bestaat niet.",
        "MissingParameter": f"Er ontbreekt iets: {name.upper()}.",
        "BadOptionUsage": f"De optie {option} mist een waarde.",
        "BadParameter": f"De waarde {shown!r} klopt niet voor {name.upper()}.",
        "BadArgumentUsage": "Er staat te veel of te weinig achter het werkwoord.",
        "UsageError": f"Dit begrijp ik niet: {shown or given}.",
    }
    complain(messages.get(kind, given), "Kijk met --help wat er kan.")
    return 2
