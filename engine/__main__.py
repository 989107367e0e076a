"""`python3 -m engine VERB`: brings the packages that the program needs, then hands over to the command line.

Standard library only. It must parse and import on Python 3.6, so that an old Python gets a message and no
traceback: annotations that Python 3.6 cannot evaluate stand between quotes, and nothing newer is used.

The packages live in `.venv` in the folder of `requirements.lock`. A stamp in it says which lock files it
satisfies. The stamp is taken away before an install and written after it, so that an interrupted install is
never taken for a finished one.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

OLDEST_PYTHON = (3, 11)
RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"  # holds all that RUN_LOCK holds
STAMP = "jaarplanning.stamp"
IN_USE = "jaarplanning.lock"
LOG = "jaarplanning-install.log"


class Refused(Exception):
    """What the user can mend, in Dutch; it is shown without a traceback."""


def main() -> int:
    """Run the verb in the right environment; the exit code."""
    try:
        require_python(sys.version_info[:2])
        return start(Path(__file__).resolve().parent.parent, sys.argv[1:])
    except Refused as refusal:
        _say(str(refusal))
        return 1
    except KeyboardInterrupt:
        _say("\nAfgebroken.")
        return 130


def require_python(version: "tuple[int, ...]") -> None:
    """Refuse a Python that is too old for the program."""
    if version < OLDEST_PYTHON:
        found, needed = ".".join(map(str, version)), ".".join(map(str, OLDEST_PYTHON))
        raise Refused(
            f"Dit programma heeft Python {needed} of nieuwer nodig. Dit is Python {found}.\n"
            f"Installeer een nieuwere Python en start het programma daarmee, bijvoorbeeld:\n"
            f"    python{needed} -m engine demo"
        )


def start(root: Path, arguments: "Sequence[str]") -> int:
    """Run the verb here when this interpreter has the packages, else make `.venv` and go on in there."""
    for_tests = list(arguments[:1]) == ["test"]
    if not (root / RUN_LOCK).exists():  # installed as a package: the installer brought what it needs
        if for_tests:
            raise Refused("De tests horen bij de broncode van dit programma. Die staat hier niet.")
        return _command_line()
    venv, lock = root / ".venv", TEST_LOCK if for_tests else RUN_LOCK
    ready = satisfies(root, lock)
    if not ready:
        prepare(root, lock)
    if for_tests:
        return _continue_in(venv, ["-m", "pytest", *arguments[1:]])
    if ready and _runs_in(venv):
        return _command_line()
    return _continue_in(venv, ["-m", "engine", *arguments])


def satisfies(root: Path, lock: str) -> bool:
    """Whether `.venv` was completely installed from this lock file as it is now, and still works."""
    venv = root / ".venv"
    stamp = _read_stamp(venv)
    return stamp.get(lock) == _fingerprint(root / lock) and _works(venv, stamp)


def prepare(root: Path, lock: str) -> None:
    """Make `.venv` hold what the lock file lists, one process at a time; refuse in Dutch when it fails."""
    venv = root / ".venv"
    try:
        venv.mkdir(exist_ok=True)
        with _alone(venv) as claim:
            if not satisfies(root, lock):  # else another process did it while this one waited
                _install(root, lock, claim)
    except OSError as error:
        raise Refused(
            f"De map .venv kan niet gemaakt of veranderd worden: {error}\n"
            f"Controleer of u in deze map mag schrijven, en of de schijf niet vol is: {root}"
        ) from error


def missing_venv(version: "tuple[int, ...]") -> str:
    """How to get the parts of Python that make an environment, which Debian and Ubuntu ship apart."""
    return (
        "Deze Python kan geen eigen map voor pakketten maken: de onderdelen venv en ensurepip ontbreken.\n"
        "Op Debian en Ubuntu zet deze regel ze erbij:\n"
        f"    sudo apt-get install python{version[0]}.{version[1]}-venv"
    )


def explain_failure(output: str) -> str:
    """What went wrong with an install and what to do about it, from what the installer printed."""
    found = [advice for signs, advice in _ADVICE if any(sign in output.lower() for sign in signs)]
    advice = found[0] if found else "Vraag uw systeembeheerder om naar deze regels te kijken."
    last = [line.rstrip() for line in output.splitlines() if line.strip()][-5:]
    return "\n".join(
        ["De pakketten konden niet geïnstalleerd worden.", advice]
        + (["Dit waren de laatste regels:"] + ["    " + line for line in last] if last else [])
        + [f"Alles wat de installatie zei staat in .venv/{LOG}"]
    )


_ADVICE = (
    (
        ("no space left on device",),
        "De schijf is vol. Maak ruimte vrij en probeer het opnieuw.",
    ),
    (
        ("do not match the hashes", "hash mismatch"),
        "Een pakket dat binnenkwam is niet het pakket dat op de lijst staat. Er is niets geïnstalleerd.\n"
        "Laat uw systeembeheerder kijken waar de pakketten vandaan komen.",
    ),
    (
        (
            "name resolution",
            "new connection",
            "connection refused",
            "connection reset",
            "network is unreachable",
            "timed out",
            "timeout",
            "dns error",
            "error sending request",
            "failed to fetch",
            "proxyerror",
            "certificate_verify_failed",
            "no matching distribution",
        ),
        "Is deze computer verbonden met internet? Controleer dat, en probeer het opnieuw.\n"
        "Gaat uw internet via een proxy? Zet het adres daarvan dan in HTTPS_PROXY.",
    ),
)


def _command_line() -> int:
    from engine.cli import main as command_line  # noqa: PLC0415 - its packages are there only by now

    return command_line() or 0


def _continue_in(venv: Path, arguments: "Sequence[str]") -> int:
    command = [str(_python(venv)), *arguments]
    if _same_path(command[0], sys.executable) and not _runs_in(venv):  # it would send itself on for ever
        raise Refused("De map .venv is beschadigd. Verwijder die map en probeer het opnieuw.")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    sys.stderr.flush()
    if os.name != "nt":
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)


def _install(root: Path, lock: str, claim: int) -> None:
    venv = root / ".venv"
    before = _read_stamp(venv)
    keep = bool(before) and _works(venv, before)
    ways = _ways(venv, root / lock)
    _announce(keep, lock)
    if keep:
        (venv / STAMP).unlink()
    else:
        _clear(venv)
    with (venv / LOG).open("wb") as log:
        done = any(_run_all(commands, log, claim) for commands in ways)
    if done:
        _write_stamp(root, lock)
        return
    if keep:  # an install that stops by itself has changed nothing: what worked still works
        _save_stamp(venv, before)
    raise Refused(explain_failure((venv / LOG).read_text(encoding="utf-8", errors="replace")))


def _ways(venv: Path, lock: Path) -> "list[Iterator[list[str]]]":
    """The ways to install on this machine, the fastest first."""
    uv = shutil.which("uv")
    has_pip = importlib.util.find_spec("ensurepip") is not None
    if importlib.util.find_spec("venv") is None or not (uv or has_pip):
        raise Refused(missing_venv(sys.version_info[:2]))
    return ([_by_uv(uv, venv, lock)] if uv else []) + ([_by_pip(venv, lock)] if has_pip else [])


def _announce(keep: bool, lock: str) -> None:
    if not keep:
        _say("Eerste keer: ik zet de benodigde pakketten in .venv. Dat duurt ongeveer een minuut.")
    elif lock == TEST_LOCK:
        _say("Voor de tests zijn meer pakketten nodig: ik zet ze in .venv. Dat duurt ongeveer een minuut.")
    else:
        _say("De lijst met pakketten is veranderd: ik werk .venv bij. Dat duurt ongeveer een minuut.")


def _by_uv(uv: str, venv: Path, lock: Path) -> "Iterator[list[str]]":
    yield from _new_environment(venv)
    yield [uv, "pip", "install", "--python", str(_python(venv)), "--require-hashes", "-r", str(lock)]


def _by_pip(venv: Path, lock: Path) -> "Iterator[list[str]]":
    yield from _new_environment(venv)
    python = [str(_python(venv)), "-I", "-m"]
    yield [*python, "ensurepip", "--default-pip"]
    options = ["--no-input", "--disable-pip-version-check", "--require-hashes"]
    yield [*python, "pip", "install", *options, "-r", str(lock)]


def _new_environment(venv: Path) -> "Iterator[list[str]]":
    if not _python(venv).exists():
        base = getattr(sys, "_base_executable", None) or sys.executable
        yield [base, "-I", "-m", "venv", "--without-pip", str(venv)]


def _run_all(commands: "Iterator[list[str]]", log: "BinaryIO", claim: int) -> bool:
    # The children hold the claim as well: should this process be killed, the next one waits for them.
    inherit = () if sys.platform == "win32" else (claim,)
    for command in commands:
        outcome = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=inherit,
            check=False,
        )
        if outcome.returncode != 0:
            return False
    return True


def _works(venv: Path, stamp: "dict[str, str]") -> bool:
    """Whether the environment's Python is the one its packages were installed for."""
    python = _python(venv)
    if not (python.exists() and (venv / "pyvenv.cfg").exists()):
        return False
    if stamp.get("python") == _version() and not _runs_elsewhere(python):
        return True
    ask = [str(python), "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return answer.stdout.decode().strip() == stamp.get("python")


def _runs_elsewhere(python: Path) -> bool:
    """Whether the environment leans on another Python than this one."""
    return not _same_path(os.path.realpath(str(python)), os.path.realpath(sys.executable))


def _runs_in(venv: Path) -> bool:
    return _same_path(os.path.realpath(sys.prefix), os.path.realpath(str(venv)))


def _same_path(one: str, other: str) -> bool:
    return os.path.normcase(one) == os.path.normcase(other)


def _python(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if sys.platform == "win32" else venv / "bin" / "python"


def _version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def _fingerprint(lock: Path) -> str:
    # Line ends do not count: a checkout may change them.
    return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _read_stamp(venv: Path) -> "dict[str, str]":
    try:
        lines = (venv / STAMP).read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {name: value for name, _, value in (line.partition(" ") for line in lines)}


def _write_stamp(root: Path, lock: str) -> None:
    satisfied = [RUN_LOCK, TEST_LOCK] if lock == TEST_LOCK else [RUN_LOCK]
    stamp = {name: _fingerprint(root / name) for name in satisfied}
    _save_stamp(root / ".venv", {"python": _version_of(root / ".venv"), **stamp})


def _version_of(venv: Path) -> str:
    for line in (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() in ("version", "version_info"):
            return ".".join(value.strip().split(".")[:2])
    return _version()


def _save_stamp(venv: Path, stamp: "dict[str, str]") -> None:
    unfinished = venv / (STAMP + ".new")
    unfinished.write_text("".join(f"{name} {value}\n" for name, value in stamp.items()), encoding="utf-8")
    unfinished.replace(venv / STAMP)


def _clear(venv: Path) -> None:
    """Empty the folder but for the claim that this process holds on it; the stamp goes first."""
    for item in sorted(venv.iterdir(), key=lambda item: item.name != STAMP):
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(str(item))
        elif item.name != IN_USE:
            item.unlink()


@contextmanager
def _alone(venv: Path) -> "Iterator[int]":
    """Hold the environment for this process alone; the claim ends with the process, however it ends."""
    claim = os.open(str(venv / IN_USE), os.O_RDWR | os.O_CREAT)
    try:
        if not _claimed(claim):
            _say("Een ander venster zet de pakketten al klaar. Ik wacht daarop.")
            while not _claimed(claim):
                time.sleep(0.2)
        yield claim
    finally:
        os.close(claim)


def _claimed(claim: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows alone

            msvcrt.locking(claim, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists on POSIX alone

            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
