"""Whether the services run, by supervisor's word and by their own health commands."""

import http.client
import os
import pwd
import socket
import xmlrpc.client

from .programs import arguments, problem_of, seconds_left
from .surroundings import RUN

SUPERVISOR_SOCKET = RUN + "/supervisor.sock"


class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(SUPERVISOR_SOCKET)


class UnixTransport(xmlrpc.client.Transport):
    def make_connection(self, host):
        return UnixConnection("localhost", timeout=seconds_left())


def supervised():
    """Supervisor's view of its programs by name; empty while it does not answer."""
    try:
        proxy = xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport())
        return {entry["name"]: entry for entry in proxy.supervisor.getAllProcessInfo()}
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return {}


def user_of(pid):
    try:
        return pwd.getpwuid(os.stat(f"/proc/{pid}").st_uid).pw_name
    except (OSError, KeyError):
        return None


def is_stand_in(pid):
    """
    Whether a process of the service's group says that it stands in for the real program, or a daemon
    that the service's wrapper waits for: that one has a group of its own.
    """
    for entry in os.listdir("/proc"):
        try:
            if not entry.isdigit() or os.getpgid(int(entry)) != pid:
                continue
        except OSError:
            continue
        words = arguments(entry)
        daemons = [word.removeprefix("--pid=") for word in words if word.startswith("--pid=")]
        if any("--stand-in" in found for found in (words, *map(arguments, daemons))):
            return True
    return False


def check_service(service, processes):
    info = processes.get(service["name"])
    running = info is not None and info["statename"] == "RUNNING"
    problem = None
    if info is None:
        problem = "not started"
    elif not running:
        problem = f"{info['statename'].lower()}: {info['spawnerr'] or info['description']}"
    elif service["healthCommand"]:
        wrong = problem_of(service["user"], service["healthCommand"])
        problem = wrong and f"its health command {wrong}"
    return {
        "name": service["name"],
        "running": running,
        "user": user_of(info["pid"]) if running else None,
        "standIn": running and is_stand_in(info["pid"]),
        "problem": problem,
    }
