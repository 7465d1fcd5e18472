"""
What can be said of a certificate and of its key without showing either: the openssl command gets certificates as
text, and keys by the names of their files.
"""

import os
import re
import ssl
import stat
import subprocess
import time

from .programs import run

CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
# What WLCG asks of a host key (WLCG VOBOX deployment), and what grid clients take a proxy with.
KEY_MODES = (0o400, 0o600)


class Unusable(Exception):
    """Why a file does not serve, as what follows its name."""


def find(path):
    """What the system knows of a file that has to be there. Raises Unusable."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        if os.path.islink(path):
            raise Unusable(f"is a link to {os.readlink(path)}, which the VO-Box does not see") from None
        raise Unusable("is missing") from None
    except OSError as error:
        raise Unusable(f"cannot be looked at: {error.strerror}") from None
    if not stat.S_ISREG(found.st_mode):
        raise Unusable("is no file")
    return found


def mode_problem(found):
    """What is wrong with the permissions of a file that holds a key; None where nothing is."""
    mode = stat.S_IMODE(found.st_mode)
    return None if mode in KEY_MODES else f"has mode {mode:03o} instead of 400 or 600"


def certificates_in(path):
    """The certificates of a file, in their order. Raises Unusable where there is none."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            found = CERTIFICATE.findall(file.read())
    except OSError as error:
        raise Unusable(f"cannot be read: {error.strerror}") from None
    if not found:
        raise Unusable("is not a certificate")
    return found


def expiry_of(certificates):
    """When the first of them to end does so, in seconds of the epoch. Raises Unusable where one does not hold now."""
    ends = []
    for certificate in certificates:
        code, dates, _ = run(
            ["openssl", "x509", "-noout", "-startdate", "-enddate"],
            stderr=subprocess.DEVNULL,
            text=certificate,
        )
        if code != 0:
            raise Unusable("is not a certificate")
        begin, end = (ssl.cert_time_to_seconds(line.split("=", 1)[1]) for line in dates.splitlines())
        if begin > time.time():
            raise Unusable(f"is not valid before {timestamp(begin)}")
        ends.append(end)
    return min(ends)


def is_key_of(path, certificate):
    """Whether a file holds the private key of the certificate. Raises Unusable where it holds none."""
    if not os.access(path, os.R_OK):
        raise Unusable("cannot be read")
    code, of_key, _ = run(
        # A passphrase would be asked for at each start of a service: a host key has none.
        ["openssl", "pkey", "-in", path, "-passin", "pass:", "-pubout"],
        stderr=subprocess.DEVNULL,
    )
    if code != 0:
        raise Unusable("is not a private key without a passphrase")
    _, of_certificate, _ = run(
        ["openssl", "x509", "-noout", "-pubkey"], stderr=subprocess.DEVNULL, text=certificate
    )
    return of_key == of_certificate


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
