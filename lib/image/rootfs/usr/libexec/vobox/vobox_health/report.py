"""All that is asked, at the same time, and what follows from it."""

import os
from concurrent.futures import ThreadPoolExecutor

from .credentials import credential_checks
from .names import host_name, name_reasons, resolvers
from .repositories import check_repository
from .services import check_service, supervised
from .site_commands import check_site_command, site_commands
from .sizing import size_warnings
from .surroundings import RUN, given, load_image, words


def start_phase():
    try:
        with open(RUN + "/step", encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return None


def report():
    image = load_image()
    account = image["account"]
    names = words("VOBOX_CVMFS_REPOSITORIES")
    own_commands = site_commands()
    checks = credential_checks(account)
    # All at the same time: a check that waits for another one to end would miss the deadline.
    everything = len(names) + len(image["services"]) + len(own_commands) + len(checks) + 1
    with ThreadPoolExecutor(everything) as pool:
        reads = [pool.submit(check_repository, name, account) for name in names]
        asked_name = pool.submit(host_name)
        asked_commands = [pool.submit(check_site_command, one, account) for one in own_commands]
        asked_credentials = [pool.submit(check) for check in checks]
        processes = supervised()
        services = list(pool.map(lambda one: check_service(one, processes), image["services"]))
        repositories = [read.result() for read in reads]
        commands = [asked.result() for asked in asked_commands]
        credentials = [asked.result() for asked in asked_credentials]
        name = asked_name.result()
    in_effect = resolvers()

    reasons = []
    phase = start_phase()
    if phase != "supervisord":
        reasons.append(f"start: in step {phase}" if phase else "start: not begun")
    reasons += [f"{one['name']}: {one['problem']}" for one in repositories + services if one["problem"]]
    reasons += [f"health command {one['name']}: {one['problem']}" for one in commands if one["problem"]]
    reasons += [f"{one['name']}: {problem}" for one in credentials for problem in one["problems"]]
    reasons += name_reasons(name, in_effect)
    warnings = [f"{one['name']}: {warning}" for one in credentials for warning in one["warnings"]]
    warnings += size_warnings(os.path.join("/home", account, "ALICE"))
    return {
        "healthy": not reasons,
        "reasons": reasons,
        "warnings": warnings,
        "hostName": name,
        "repositories": repositories,
        "services": services,
        "healthCommands": commands,
        "credentials": credentials,
        "resolvers": in_effect,
        "reducedSizing": given("VOBOX_SIZING_REDUCED") or None,
    }
