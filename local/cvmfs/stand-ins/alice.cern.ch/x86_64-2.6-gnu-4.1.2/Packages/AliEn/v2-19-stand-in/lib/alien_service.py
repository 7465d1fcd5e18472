"""STAND-IN for the Perl of AliEn's services on a VO-Box: the scripts CE.pl, CMreport.pl and
GetConfigVar.pl, and the httpd with ClusterMonitor.

usage: alien_service.py --stand-in SCRIPT [ARGUMENT...]

They run, log, listen and end as the real ones do. They ask no LDAP and submit no job.
"""

import os
import signal
import socket
import sys
import time

SECONDS_BETWEEN_LINES = 60  # as often as the real CE asks for work


def log(text):
    print(f"{time.strftime('%b %d %H:%M:%S')}  info\t{text} (stand-in)", flush=True)


def log_to(path):
    """Standard output and errors go to the log from here on."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(file, 1)
    os.dup2(file, 2)


def end_on_term(name):
    def end(*_):
        log(f"{name}: SIGTERM received, ending")
        os._exit(143)

    signal.signal(signal.SIGTERM, end)


def work(name):
    while True:
        log(f"{name}: nothing to do, going to sleep")
        time.sleep(SECONDS_BETWEEN_LINES)


def configuration():
    """What the real one reads from LDAP, and ~/.alien/alice.conf over it."""
    values = {"LOG_DIR": os.path.expanduser("~/ALICE/alien-logs")}
    try:
        with open(os.path.expanduser("~/.alien/alice.conf"), encoding="utf-8") as file:
            values.update(line.split(None, 1) for line in file.read().splitlines() if " " in line)
    except FileNotFoundError:
        pass
    return values


def run_ce(logfile):
    log_to(logfile)
    end_on_term("CE")
    work("CE")


def run_cmreport(logfile):
    """The first process ends; a child does the work, whose number it leaves in the file."""
    log_to(logfile)
    child = os.fork()
    if child:
        with open(logfile.replace(".log", ".pid"), "w", encoding="utf-8") as file:
            print(child, file=file)
        os._exit(0)
    end_on_term("CMreport")
    work("CMreport")


def run_httpd(file):
    with open(file, encoding="utf-8") as lines:
        settings = dict(line.split(None, 1) for line in lines.read().splitlines())
    port, pid_file = int(settings["Listen"]), settings["PidFile"]
    try:
        with open(pid_file, encoding="utf-8") as lines:
            old = int(lines.read())
        os.kill(old, 0)
        sys.exit(f"httpd (stand-in) (pid {old}) already running")
    except PermissionError:
        sys.exit(f"httpd (stand-in) (pid {old}) already running, of another account")
    except (OSError, ValueError):
        pass
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("", port))
    except OSError as error:
        sys.exit(f"httpd (stand-in): cannot listen on port {port}: {error.strerror}")
    listener.listen()
    if os.fork():
        os._exit(0)
    os.setsid()
    with open(pid_file, "w", encoding="utf-8") as lines:
        print(os.getpid(), file=lines)
    log_to(os.path.join(os.path.dirname(pid_file), "ClusterMonitor.log"))
    worker = os.fork()
    if worker == 0:
        while True:
            connection, _ = listener.accept()
            connection.sendall(b"stand-in for AliEn's ClusterMonitor\n")
            connection.close()
    # The worker holds the port as long as it lives, as a real one does, also without its parent.
    listener.close()

    def end(*_):
        log("ClusterMonitor: SIGTERM received, ending")
        os.kill(worker, signal.SIGTERM)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    log(f"ClusterMonitor: started for host {socket.getfqdn()}, on port {port}")
    os.waitpid(worker, 0)


def main():
    arguments = [word for word in sys.argv[1:] if word != "--stand-in"]
    script = os.path.basename(arguments[0]) if arguments else ""
    if script == "GetConfigVar.pl":
        print(configuration().get(arguments[1], ""), end="")
    elif script == "CE.pl":
        run_ce(arguments[-1])
    elif script == "CMreport.pl":
        run_cmreport(arguments[-1])
    elif script == "httpd":
        run_httpd(arguments[-1])
    else:
        sys.exit(f"alien-perl (stand-in): no script '{script}' here")


if __name__ == "__main__":
    main()
