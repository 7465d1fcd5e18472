"""The site's own health commands, besides those of the services."""

import json

from .programs import problem_of
from .surroundings import given


def site_commands():
    return json.loads(given("VOBOX_HEALTH_COMMANDS") or "[]")


def check_site_command(one, account):
    user = one.get("user") or account
    return {"name": one["name"], "user": user, "problem": problem_of(user, one["command"])}
