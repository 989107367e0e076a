"""The first start on a bare machine. The installer is a script here, but for the slow test at the end."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from engine import __main__ as bootstrap

PROJECT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in installers are shell scripts")


# ---- builders ----------------------------------------------------------------------------------------


class Machine:
    """A copy of what a first start needs, with an installer that only notes what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.root, self.bin, self.home = folder / "project", folder / "bin", folder / "home"
        for made in (self.root / "engine", self.bin, self.home):
            made.mkdir(parents=True)
        for name in ("__init__.py", "__main__.py"):
            shutil.copy(PROJECT / "engine" / name, self.root / "engine")
        self.write("engine/cli.py", "import sys\ndef main():\n    print(sys.prefix, sys.argv[1:])\n    return 7\n")
        self.write("pytest.py", "import sys\nprint('pytest', sys.argv[1:])\nsys.exit(5)\n")
        self.write("requirements.lock", "one==1\n")
        self.write("requirements-test.lock", "one==1\ntwo==2\n")
        self.installer("true")

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def installer(self, act: str) -> None:
        script = self.bin / "uv"
        script.write_text(f'#!/bin/sh\necho "$@" >> "$HOME/asked"\n{act}\n', encoding="utf-8")
        script.chmod(0o755)

    @property
    def installs(self) -> list[str]:
        """The lock files that the installer was asked for, in order."""
        asked = self.home / "asked"
        return [Path(line.split()[-1]).name for line in asked.read_text().splitlines()] if asked.exists() else []

    def command(self, *arguments: str, without: str = "") -> list[str]:
        hide = "".join(f"sys.modules[{name!r}] = None; " for name in without.split())
        run = f"import runpy, sys; {hide}runpy.run_module('engine', run_name='__main__', alter_sys=True)"
        return [sys.executable, "-c", run, *arguments] if hide else [sys.executable, "-m", "engine", *arguments]

    def start(self, *arguments: str, without: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments, without=without),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.home), "PYTHONUTF8": "1"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture(scope="module")
def used_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("used")
    Machine(folder).start("check")
    return folder


@pytest.fixture
def used(used_once: Path, machine: Machine) -> Machine:
    """A machine on which a verb other than `test` was started before."""
    shutil.copytree(used_once, machine.root.parent, symlinks=True, dirs_exist_ok=True)
    return machine


# ---- the first start and the next --------------------------------------------------------------------


def test_the_first_start_installs_says_so_and_goes_on_in_the_new_environment(machine: Machine) -> None:
    outcome = machine.start("demo", "--once")

    assert outcome.stdout == f"{machine.root / '.venv'} ['demo', '--once']\n"
    assert outcome.stderr == ("Eerste keer: ik zet de benodigde pakketten in .venv. Dat duurt ongeveer een minuut.\n")
    assert outcome.returncode == 7
    assert machine.installs == ["requirements.lock"]


def test_the_second_start_installs_nothing_and_is_silent(used: Machine) -> None:
    again = used.start("check")

    assert (again.returncode, again.stderr) == (7, "")
    assert used.installs == ["requirements.lock"]


def test_a_changed_lock_is_installed_and_other_line_ends_are_no_change(used: Machine) -> None:
    (used.root / "requirements.lock").write_bytes(b"one==1\r\n")
    assert used.start("check").stderr == ""
    used.write("requirements.lock", "one==2\n")

    assert "De lijst met pakketten is veranderd" in used.start("check").stderr
    assert used.installs == ["requirements.lock"] * 2


def test_test_installs_the_test_lock_and_hands_the_arguments_to_pytest(machine: Machine) -> None:
    outcome = machine.start("test", "tests/core", "-x")

    assert (outcome.stdout, outcome.returncode) == ("pytest ['tests/core', '-x']\n", 5)
    assert machine.installs == ["requirements-test.lock"]


def test_an_environment_for_the_tests_serves_every_verb(machine: Machine) -> None:
    machine.start("test")

    assert machine.start("check").stderr == ""
    assert machine.installs == ["requirements-test.lock"]


def test_test_adds_to_an_environment_that_only_runs(used: Machine) -> None:
    assert "Voor de tests zijn meer pakketten nodig" in used.start("test").stderr
    assert used.start("check").stderr == ""


def test_inside_a_good_environment_nothing_is_started_anew(used: Machine) -> None:
    inside = subprocess.run(
        [used.root / ".venv" / "bin" / "python", "-m", "engine", "check"],
        cwd=used.root,
        env=used.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (inside.returncode, inside.stderr) == (7, "")


def test_an_installed_package_runs_where_it_is(machine: Machine) -> None:
    for lock in LOCKS:
        (machine.root / lock).unlink()

    assert machine.start("check").returncode == 7
    assert not (machine.root / ".venv").exists()
    assert machine.start("test").stderr == "De tests horen bij de broncode van dit programma. Die staat hier niet.\n"


# ---- what goes wrong ---------------------------------------------------------------------------------


def test_an_interrupted_install_is_not_taken_for_a_finished_one(machine: Machine) -> None:
    machine.installer("kill -9 $PPID")
    machine.start("check")
    (machine.root / ".venv" / "half-a-package").touch()
    machine.installer("true")

    assert "Eerste keer" in machine.start("check").stderr
    assert not (machine.root / ".venv" / "half-a-package").exists()


def test_an_interrupted_update_is_not_taken_for_a_finished_one(used: Machine) -> None:
    used.installer("kill -9 $PPID")
    used.start("test")
    used.installer("true")

    assert "Eerste keer" in used.start("check").stderr


def test_an_environment_made_by_other_hands_is_made_anew(machine: Machine) -> None:
    (machine.root / ".venv" / "bin").mkdir(parents=True)
    (machine.root / ".venv" / "bin" / "python").symlink_to(sys.executable)

    assert machine.start("check").returncode == 7
    assert machine.installs == ["requirements.lock"]


def test_an_environment_whose_python_went_away_is_made_anew(used: Machine) -> None:
    for python in (used.root / ".venv" / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nowhere/python")

    assert used.start("check").returncode == 7
    assert used.installs == ["requirements.lock"] * 2


@pytest.mark.slow
def test_two_starts_at_once_install_once(machine: Machine) -> None:
    machine.installer("sleep 0.3")
    first, second = (
        subprocess.Popen(machine.command("check"), cwd=machine.root, env=machine.environment, stderr=subprocess.PIPE)
        for _ in range(2)
    )
    said = first.communicate()[1] + second.communicate()[1]

    assert (first.returncode, second.returncode) == (7, 7)
    assert b"Een ander venster zet de pakketten al klaar. Ik wacht daarop." in said
    assert machine.installs == ["requirements.lock"]


def test_a_failed_install_ends_in_dutch_with_its_last_lines_and_a_log(machine: Machine) -> None:
    machine.installer("echo 'Connection refused by the index'; exit 2")
    outcome = machine.start("check", without="ensurepip")

    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[1:] == [
        "De pakketten konden niet geïnstalleerd worden.",
        "Is deze computer verbonden met internet? Controleer dat, en probeer het opnieuw.",
        "Gaat uw internet via een proxy? Zet het adres daarvan dan in HTTPS_PROXY.",
        "Dit waren de laatste regels:",
        "    Connection refused by the index",
        "Alles wat de installatie zei staat in .venv/jaarplanning-install.log",
    ]
    assert "refused" in (machine.root / ".venv" / "jaarplanning-install.log").read_text()


def test_a_failed_update_leaves_what_worked(used: Machine) -> None:
    used.installer("exit 1")

    assert used.start("test", without="ensurepip").returncode == 1
    assert used.start("check").stderr == ""


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_gets_the_line_that_installs_it(machine: Machine, missing: str) -> None:
    (machine.bin / "uv").unlink()
    machine.bin = Path("/nowhere")
    outcome = machine.start("check", without=missing)

    major, minor = sys.version_info[:2]
    assert f"sudo apt-get install python{major}.{minor}-venv" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert outcome.returncode == 1


def test_a_folder_that_cannot_be_written_is_named(machine: Machine) -> None:
    (machine.root / ".venv").touch()
    outcome = machine.start("check")

    assert f"Controleer of u in deze map mag schrijven, en of de schijf niet vol is: {machine.root}" in outcome.stderr
    assert outcome.returncode == 1


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "De schijf is vol."),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "niet het pakket dat op de lijst staat"),
        ("Temporary failure in name resolution", "verbonden met internet?"),
        ("something else", "Vraag uw systeembeheerder"),
    ],
)
def test_the_advice_fits_what_the_installer_said(output: str, advice: str) -> None:
    assert advice in bootstrap.explain_failure(output)


@pytest.mark.parametrize("version", [(3, 6), (3, 10)])
def test_an_old_python_is_refused_by_name(version: tuple[int, int]) -> None:
    with pytest.raises(bootstrap.Refused, match=r"Python 3\.11 of nieuwer nodig\. Dit is Python 3\.\d+\.\n"):
        bootstrap.require_python(version)


@pytest.mark.parametrize("version", [(3, 11), (3, 13)])
def test_a_python_that_will_do_is_let_through(version: tuple[int, int]) -> None:
    bootstrap.require_python(version)


def test_an_old_python_can_read_the_file_that_refuses_it() -> None:
    for name in ("__init__.py", "__main__.py"):
        tree = ast.parse((PROJECT / "engine" / name).read_text(encoding="utf-8"), feature_version=(3, 6))
        for node in ast.walk(tree):
            for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
                assert not isinstance(annotation, ast.Subscript | ast.BinOp), f"{name}: quote this annotation"


# ---- the locks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_dependency_at_a_version_that_will_do(lock: str) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + (project["optional-dependencies"]["test"] if "test" in lock else [])
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", (PROJECT / lock).read_text(encoding="utf-8"), re.MULTILINE))

    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement


def test_the_test_lock_holds_the_run_lock() -> None:
    run, tests = ((PROJECT / lock).read_text(encoding="utf-8") for lock in LOCKS)

    assert set(re.findall(r"^\S+==\S+", run, re.MULTILINE)) <= set(re.findall(r"^\S+==\S+", tests, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_folder(lock: str) -> None:
    assert not re.search(r"://|--\w*index|--find-links|(?<!\w)/\w", (PROJECT / lock).read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("lock", LOCKS)
def test_the_real_lock_installs_with_pip_alone(machine: Machine, lock: str) -> None:
    for name in LOCKS:
        shutil.copy(PROJECT / name, machine.root)
    (machine.bin / "uv").unlink()
    (machine.root / "pytest.py").unlink()
    machine.write("engine/cli.py", "import sqlalchemy, pydantic_core, mjml\ndef main():\n    return 0\n")
    settings = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "HTTP"))}
    outcome = subprocess.run(
        machine.command("test", "--version") if "test" in lock else machine.command("check"),
        cwd=machine.root,
        env={**settings, **machine.environment, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
