"""One way in and one way out: errors become a sentence and an exit status here and nowhere else."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

#: Exit statuses (also in the manual): the caller's data or machine; a bug of ours; interrupted.
BAD_INPUT, BUG, INTERRUPTED = 2, 4, 130


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return the exit status.

    0 done; 1 and 3 as the sub-command says; 2 one sentence on stderr; 4 a bug, with the path of
    a log; 130 interrupted.
    """
    from mrsite.base.errors import InputError

    try:
        import typer

        from mrsite.cli.app import app

        try:
            result = app(args=list(arguments), prog_name="mrsite", standalone_mode=False)
        except typer.Exit as leaving:
            return leaving.exit_code
        except typer.Abort:
            return _interrupted()
        return result if isinstance(result, int) else 0
    except InputError as error:
        _say(error.message)
        return BAD_INPUT
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # the reader of our output has gone (``mrsite magnets | head``): not an error of ours
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        _say("there is not enough memory for this: use a coarser spacing, a smaller window or a larger machine")
        return BAD_INPUT
    except Exception as error:
        # A wrong option: the parser's own exceptions live in another package with each version of typer.
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            _say(error.format_message())
            return BAD_INPUT
        return _bug(arguments)


def _say(message: str) -> None:
    print(f"mrsite: {message}", file=sys.stderr)


def _interrupted() -> int:
    _say("interrupted; nothing was written")
    return INTERRUPTED


def _bug(arguments: Sequence[str]) -> int:
    from mrsite.base.data import version

    with tempfile.NamedTemporaryFile("w", prefix="mrsite-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"mrsite {version()}\narguments: {list(arguments)!r}\n\n{traceback.format_exc()}")
    _say(f"this is a bug in mrsite, not in your data; please report it with the log {log.name}")
    return BUG
