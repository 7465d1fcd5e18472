"""The VO-Box's own name, and whom it asks for others."""

import subprocess

from .programs import TookTooLong, run
from .surroundings import given, words


def resolvers():
    with open("/etc/resolv.conf", encoding="utf-8") as file:
        lines = [line.split() for line in file]
    return [line[1] for line in lines if len(line) > 1 and line[0] == "nameserver"]


def host_name():
    try:
        return run(["hostname", "-f"], stderr=subprocess.DEVNULL)[1].strip()
    except TookTooLong:
        return ""


def name_reasons(name, in_effect):
    """What differs from what the container was given."""
    expected_name = given("VOBOX_FQDN")
    if expected_name and name != expected_name:
        yield f"host name: {name or 'none'} instead of {expected_name}"
    expected = words("VOBOX_DNS_SERVERS")
    if expected and in_effect != expected:
        yield f"resolvers: {' '.join(in_effect) or 'none'} instead of {' '.join(expected)}"
