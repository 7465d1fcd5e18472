"""Whether memory and file systems are as large as the container was told that ALICE asks for."""

import os

from .surroundings import mounted_at, number

# The container's own group, with version 2 of control groups and with version 1.
MEMORY_LIMIT_FILES = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)
CACHE = "/var/lib/cvmfs"
MEGABYTE = 1024 * 1024
GIGABYTE = 1000**3
# Version 1 gives a number near 2^63 where there is no limit; no machine has that much.
NO_LIMIT = 1 << 60


def memory_limit(files=MEMORY_LIMIT_FILES):
    """Bytes that the container may use, None without a limit."""
    for path in files:
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            continue
        return None if text == "max" or int(text) >= NO_LIMIT else int(text)
    return None


def capacity(path):
    """Bytes of the file system that holds a path, None where the path is not there yet."""
    try:
        found = os.statvfs(path)
    except OSError:
        return None
    return found.f_blocks * found.f_frsize


def size_warnings(logs, files=MEMORY_LIMIT_FILES):
    memory = number("VOBOX_MEMORY_MEGABYTES")
    limit = memory_limit(files)
    if memory and limit is not None and limit < memory * MEGABYTE:
        yield f"memory: the limit is {limit // MEGABYTE} MB; ALICE asks for {memory} MB"
    yield from capacity_warning("logs", logs, number("VOBOX_LOG_GIGABYTES"))
    # The host's own client has its cache elsewhere: nothing is mounted there then.
    if mounted_at(CACHE):
        yield from capacity_warning("cache", CACHE, number("VOBOX_CACHE_GIGABYTES"))


def capacity_warning(name, path, gigabytes):
    size = capacity(path)
    if gigabytes and size is not None and size < gigabytes * GIGABYTE:
        # Rounded down: 19.99 are not 20.
        has = f"the file system of {path} has {size // (GIGABYTE // 10) / 10} GB"
        yield f"{name}: {has}; ALICE asks for {gigabytes} GB"
