"""Programs that may hang: each has its time, and all of them end before the check's own."""

import contextlib
import os
import pwd
import signal
import subprocess
import time

from .surroundings import number

# Longest that one read of a repository, one health command, one question may take.
STEP_SECONDS = 15
# When all of them have to be done, so that there is an answer before the engine gives the check up.
MARGIN_SECONDS = 2
DEADLINE = time.monotonic() + (number("VOBOX_HEALTH_SECONDS") or 45) - MARGIN_SECONDS


def seconds_left():
    """Whole seconds that the next step may take."""
    return max(1, min(STEP_SECONDS, round(DEADLINE - time.monotonic())))


def as_account(name, command):
    """The command as one that root runs as the account, with the account's own groups."""
    if os.geteuid() != 0:
        return command
    group = str(pwd.getpwnam(name).pw_gid)
    return ["setpriv", "--reuid", name, "--regid", group, "--init-groups", *command]


class TookTooLong(Exception):
    """A program that did not end in time. It was killed, but a read of a dead mount stays."""

    def __init__(self, pid, seconds):
        super().__init__(f"did not end within {seconds} s")
        self.pid = pid


def run(command, stderr=subprocess.STDOUT, text=""):
    """Exit code, output and, where they are apart, errors of a command that reads the text."""
    seconds = seconds_left()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, errors = process.communicate(text, timeout=seconds)
    except subprocess.TimeoutExpired:
        # With its children, and not waited for: one that reads a dead mount does not end.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise TookTooLong(process.pid, seconds) from None
    return process.returncode, output, errors


def problem_of(user, command):
    """Why a health command is not well, as what follows its name; None where it ends with 0."""
    try:
        code, output, _ = run(as_account(user, command))
    except TookTooLong as error:
        return str(error)
    except (OSError, KeyError) as error:
        return f"cannot be run: {error}"
    if code != 0:
        printed = output.strip().splitlines()
        return f"ended with {code}" + (f": {printed[-1]}" if printed else "")
    return None


def arguments(pid):
    """Command line of a process; empty where it is gone, or dead and not yet reaped."""
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read().split("\0")[:-1]
    except OSError:
        return []
