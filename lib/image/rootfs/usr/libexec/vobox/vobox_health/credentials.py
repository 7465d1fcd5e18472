"""
Whether the host certificate and the proxies serve, which the container gets in directories of the host. It only
reports: a person renews them, and the VO-Box goes on meanwhile.
"""

import glob
import os
import time

from .certificates import (
    Unusable,
    certificates_in,
    expiry_of,
    find,
    is_key_of,
    mode_problem,
    timestamp,
)
from .programs import TookTooLong, as_account, run
from .surroundings import words

CERTIFICATE_DIRECTORY = "/etc/grid-security"
PROXY_DIRECTORY = "/var/lib/vobox/alice/proxy_repository"
SECONDS_OF_HOUR = 3600
# A person has to ask the site's certification authority for the next one: two weeks of work days and holidays.
CERTIFICATE_WARNING_HOURS = 14 * 24
# The renewal service keeps proxies of 48 h (JAliEn documentation, "Manage VOBox Proxy": register -t 48). One that
# has less than half of that was not renewed for a day.
PROXY_WARNING_HOURS = 24


def credential(name, file=None, expires=None, problems=(), warnings=()):
    left = None if expires is None else expires - time.time()
    return {
        "name": name,
        "file": file,
        "expiresAt": None if expires is None else timestamp(expires),
        "hoursLeft": None if left is None else int(left // SECONDS_OF_HOUR),
        "problems": list(problems),
        "warnings": list(warnings),
    }


def attempt(problems, file, step, *arguments):
    """What a step gives; None where it raises, which is then one of the problems of the file."""
    try:
        return step(*arguments)
    except Unusable as error:
        problems.append(f"{os.path.basename(file)} {error}")
    except TookTooLong as error:
        problems.append(f"{os.path.basename(file)}: a look at it {error}")
    except (OSError, ValueError) as error:
        # No openssl in an image of one's own, or an answer of it that means nothing.
        problems.append(f"{os.path.basename(file)} cannot be looked at: {error}")
    return None


def judge_expiry(name, file, expires, warning_hours, problems):
    """The credential with what its end means at this moment."""
    warnings = []
    if expires is not None and expires <= time.time():
        problems.append(f"{os.path.basename(file)} expired at {timestamp(expires)}")
    elif expires is not None and expires - time.time() < warning_hours * SECONDS_OF_HOUR:
        warnings.append(f"{os.path.basename(file)} expires at {timestamp(expires)}")
    return credential(name, file, expires, problems, warnings)


def check_host_certificate(directory=CERTIFICATE_DIRECTORY, owner=0):
    file = os.path.join(directory, "hostcert.pem")
    key = os.path.join(directory, "hostkey.pem")
    problems = []
    expires = certificates = None
    if attempt(problems, file, find, file):
        certificates = attempt(problems, file, certificates_in, file)
    if certificates:
        expires = attempt(problems, file, expiry_of, certificates)
    found = attempt(problems, key, find, key)
    if found:
        if mode_problem(found):
            problems.append(f"hostkey.pem {mode_problem(found)}")
        if found.st_uid != owner:
            problems.append(f"hostkey.pem belongs to user {found.st_uid} instead of root")
    if found and expires is not None:
        if attempt(problems, key, is_key_of, key, certificates[0]) is False:
            problems.append("hostkey.pem is not the key of hostcert.pem")
    return judge_expiry("host certificate", file, expires, CERTIFICATE_WARNING_HOURS, problems)


def newest_proxy(directory):
    """
    Path of the proxy that the services take, None where there is none: the first of `ls -t *lcgadmin`, as in the
    CE.env of the JAliEn documentation.
    """
    found = []
    for path in glob.glob(os.path.join(glob.escape(directory), "*lcgadmin")):
        try:
            # Of a link its own time, as `ls` has it.
            found.append((-os.lstat(path).st_mtime_ns, path))
        except OSError:
            # Renewed at this moment: `ls` leaves it out as well.
            pass
    return min(found)[1] if found else None


def check_proxy(account, directory=PROXY_DIRECTORY):
    file = newest_proxy(directory)
    if file is None:
        # A person registers the first one, on a VO-Box that was deployed before.
        return credential("proxy", warnings=[f"none yet in {directory}: register one"])
    problems = []
    expires = None
    found = attempt(problems, file, find, file)
    if found:
        if mode_problem(found):
            problems.append(f"{os.path.basename(file)} {mode_problem(found)}")
        attempt(problems, file, be_readable, account, file)
        certificates = attempt(problems, file, certificates_in, file)
        if certificates:
            expires = attempt(problems, file, expiry_of, certificates)
    return judge_expiry("proxy", file, expires, PROXY_WARNING_HOURS, problems)


def be_readable(account, file):
    if run(as_account(account, ["test", "-r", file]))[0] != 0:
        raise Unusable(f"cannot be read by {account}")


def credential_checks(account):
    """One check for each credential that the container was given."""
    checks = {
        "host-certificate": check_host_certificate,
        "proxies": lambda: check_proxy(account),
    }
    return [checks[name] for name in words("VOBOX_CREDENTIALS")]
