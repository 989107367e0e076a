"""The entry point: runs a verb and turns every foreseen fault into plain Dutch and an exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache

import typer
from typer.exceptions import Abort, Exit, TyperException
from typer.main import get_command

from engine.cli import care, inbox, look, once, outbox, plan, prepare, serve, task
from engine.cli.command import given_workspace, refused_hint
from engine.cli.dutch_help import speak_dutch
from engine.cli.show import complain, say, show_problems
from engine.core.problem import ProblemsFound, Refused, WrongUse


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `python3 -m engine VERB …`. Returns 0 when all is well, 1 for problems found, 2 for wrong use."""
    try:
        code = _ended(_with_fingerprint(list(sys.argv[1:] if argv is None else argv)))
        sys.stdout.flush()
    except SystemExit:
        # So the parser itself ends where nobody reads its output any more.
        return 1
    except BrokenPipeError:
        # Whoever read the output (`| head`) has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _ended(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        code = _program()(args=arguments, prog_name="jaarplanning", standalone_mode=False)
    except (ProblemsFound, Refused, WrongUse) as fault:
        return _at_fault(fault, given_workspace(arguments), as_json=as_json)
    except Exit as ended:
        return ended.exit_code
    except TyperException as wrong:
        return _wrong_use(wrong)
    except (Abort, KeyboardInterrupt):
        complain("Gestopt.")
        return 1
    # Outside its standalone mode the parser returns the code of an Exit instead of raising it.
    return code if isinstance(code, int) else 0


def _at_fault(fault: ProblemsFound | Refused | WrongUse, workspace: str | None, *, as_json: bool) -> int:
    if isinstance(fault, ProblemsFound):
        show_problems(fault.problems, as_json=as_json)
        if fault.told and not as_json:
            say(fault.told)
        return 1
    if isinstance(fault, WrongUse):
        complain(fault.message, fault.hint)
        return 2
    complain(fault.message, refused_hint(fault, workspace), as_json=as_json)
    return 1


@cache
def _program() -> Callable[..., object]:
    """Made once: its parts are looked up by their type hints, which takes longer than most verbs do."""
    program = typer.Typer(
        name="jaarplanning",
        help="De jaarplanning van een samenwerkingsverband: plannen, vragen, herinneren en bijhouden.",
        rich_markup_mode=None,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for room in (prepare, plan, look, once, task, outbox, inbox, serve, care):
        room.add_verbs(program)
    command = get_command(program)
    speak_dutch(command)
    return command


def _with_fingerprint(arguments: list[str]) -> list[str]:
    """`--apply CODE` is an option with a value of its own; the parser knows only `--apply`."""
    if arguments[:1] != ["plan"] or "--apply" not in arguments:
        return arguments
    after = arguments.index("--apply") + 1
    if after < len(arguments) and not arguments[after].startswith("-"):
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
    if "extra argument" in given:
        extra = re.search(r"\(([^()]*)\)$", given)
        complain(f"Dit hoort hier niet: {extra[1] if extra else ''}.", "Kijk met --help wat er kan.")
        return 2
    messages = {
        "NoSuchOption": f"De optie {option} bestaat niet.",
        "MissingParameter": f"Er ontbreekt iets: {name.upper()}.",
        "BadOptionUsage": f"De optie {option} {'krijgt geen' if 'not take' in given else 'mist een'} waarde.",
        "BadParameter": f"Bij {name.upper()} hoort een getal.",
        "BadArgumentUsage": "Er staat te veel of te weinig achter het werkwoord.",
        "UsageError": f"De opdracht {shown} bestaat niet." if shown else f"Dit begrijp ik niet: {given}.",
    }
    complain(messages.get(kind, given), "Kijk met --help wat er kan.")
    return 2
