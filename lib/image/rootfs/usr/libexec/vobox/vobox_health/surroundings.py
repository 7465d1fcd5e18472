"""Where things lie on the VO-Box, and what the container was given."""

import json
import os

PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "health")
IMAGE = "/etc/vobox/image.json"
RUN = "/run/vobox"


def given(variable):
    """Value of a variable of the container's environment, empty without one."""
    return os.environ.get(variable, "")


def words(variable):
    return given(variable).split()


def number(variable):
    """Whole number in a variable of the environment, None without one."""
    return int(given(variable)) if given(variable) else None


def load_image():
    with open(IMAGE, encoding="utf-8") as file:
        return json.load(file)


def mounted_at(path):
    """File system type and source of the last mount made at a path, None without one."""
    found = None
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            fields, _, rest = line.partition(" - ")
            if fields.split()[4] == path:
                found = " ".join(rest.split()[:2])
    return found
