"""STAND-IN for JAliEn's alien.site.ComputingElement.

It listens where the real one does by default, logs to its standard output and to CE.log.0 in its
working directory (alien-logs/CE), and ends on TERM.
It asks no LDAP and submits no job.
"""

import os
import signal
import socket
import sys
import time

LOG_FILE = "CE.log.0"
PORT = 10000  # the default of alien.site.ComputingElement
SECONDS_BETWEEN_LINES = 300  # as often as the real one reads its configuration again


def log(level, text):
    stamp = time.strftime("%b %d, %Y %H:%M:%S")
    line = f"{stamp} {level}: ComputingElement (stand-in): {text}"
    print(line, flush=True)
    with open(LOG_FILE, "a", encoding="utf-8") as file:
        print(line, file=file)


def end(number, _frame):
    log("INFO", f"{signal.Signals(number).name} received, ending")
    sys.exit(128 + number)  # a JVM's exit code after the signal


def main():
    if "--help" in sys.argv:
        print(__doc__)
        return 0
    if os.getuid() == 0:
        log("SEVERE", "must not run as root")
        return 1
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", PORT))
    except OSError as error:
        log("SEVERE", f"cannot listen on 127.0.0.1:{PORT}: {error.strerror}")
        return 1
    listener.listen()
    log("INFO", f"started for host {socket.getfqdn()} as uid {os.getuid()}, listening on {PORT}")

    listener.settimeout(SECONDS_BETWEEN_LINES)
    while True:
        try:
            connection, _ = listener.accept()
            connection.sendall(b"stand-in for alien.site.ComputingElement\n")
            connection.close()
        except socket.timeout:
            log("INFO", "no batch system behind this stand-in: nothing to submit")
        except OSError as error:
            log("WARNING", f"a connection failed: {error.strerror}")


if __name__ == "__main__":
    sys.exit(main())
