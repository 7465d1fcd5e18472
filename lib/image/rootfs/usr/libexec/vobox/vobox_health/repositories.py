"""
Whether the CVMFS repositories can be read. One counts as readable when the VO account reads a file in it: a
listing of /cvmfs proves nothing under autofs.
"""

import os
import subprocess
import sys
import time

from .programs import TookTooLong, arguments, as_account, run
from .surroundings import PROGRAM, RUN, mounted_at, words

CVMFS = "/cvmfs"


def first_file(top):
    """Path of a readable file of a repository: near the top, or else down the first branches."""

    def skip_unreadable(error):
        if error.filename == top or not isinstance(error, PermissionError):
            raise error

    # No limit of depth, for alice-ocdb has nothing but directories for seven levels.
    for directory, subdirectories, names in os.walk(top, onerror=skip_unreadable):
        subdirectories.sort()
        for name in sorted(names):
            path = os.path.join(directory, name)
            if os.path.isfile(path) and os.access(path, os.R_OK):
                return path
    raise OSError(f"no file that can be read below {top}")


def read_file(path):
    with open(path, "rb") as file:
        if not file.read(1) and os.fstat(file.fileno()).st_size > 0:
            raise OSError(f"{path} gives no bytes")


def read_probe(repository):
    """
    Reads a file of the repository and gives its path. Runs as the VO account, in a process that may
    hang.
    """
    top = os.path.join(CVMFS, repository)
    probe_files = dict(entry.split("=", 1) for entry in words("VOBOX_CVMFS_PROBE_FILES"))
    known = probe_files.get(repository)
    if known:
        path = os.path.join(top, known)
        read_file(path)
        return path
    path = remembered("probe", repository)
    try:
        read_file(path)
    except OSError:
        # None yet, or one that was taken out of the repository since.
        path = first_file(top)
        read_file(path)
    return path


def remembered(kind, repository):
    """What an earlier check wrote down, empty where there is nothing."""
    try:
        with open(f"{RUN}/{kind}-{repository}", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def remember(kind, repository, text):
    if remembered(kind, repository) == text:
        return
    own = f"{RUN}/{kind}-{repository}.{os.getpid()}"
    try:
        with open(own, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(own, f"{RUN}/{kind}-{repository}")
    except OSError:
        # Not root: the next check does without.
        pass


def hanging_reader(repository):
    """Process number of an earlier check's reader that did not even end when it was killed."""
    pid = remembered("reader", repository)
    return pid if pid and arguments(pid)[-2:] == ["--read", repository] else None


def check_repository(repository, account):
    started = time.monotonic()
    problem = None
    hanging = hanging_reader(repository)
    if hanging:
        # One more at each check would fill the container.
        problem = f"an earlier read still hangs (process {hanging})"
    else:
        command = [sys.executable, PROGRAM, "--read", repository]
        try:
            code, path, errors = run(as_account(account, command), stderr=subprocess.PIPE)
            if code == 0:
                remember("probe", repository, path)
            else:
                problem = errors.strip().splitlines()[-1] if errors.strip() else "cannot be read"
        except TookTooLong as error:
            remember("reader", repository, str(error.pid))
            problem = f"a read {error}"
    return {
        "name": repository,
        "readable": problem is None,
        "milliseconds": round((time.monotonic() - started) * 1000),
        "mount": mounted_at(os.path.join(CVMFS, repository)),
        "problem": problem,
    }
