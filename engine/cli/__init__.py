"""The command line: verbs read options, call the app, and print what it returns. Text for users stands here."""

from engine.cli.main import main

__all__ = ["main"]
