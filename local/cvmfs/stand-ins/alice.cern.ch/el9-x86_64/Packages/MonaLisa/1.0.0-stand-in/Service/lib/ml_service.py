"""STAND-IN for the MonALISA service of a VO-Box.

It takes monitoring datagrams on UDP 8884 and connections on TCP 1093 (FDT) as the real one does,
writes to its log how many came, and forwards nothing. As under nohup, HUP does not end it; TERM does.
"""

import os
import selectors
import signal
import socket
import sys
import time

DATAGRAM_PORT = 8884  # ApMon, from worker nodes and storage elements
FDT_PORT = 1093
SECONDS_BETWEEN_LINES = 60


def log(level, text):
    stamp = time.strftime("%b %d, %Y %H:%M:%S")
    print(f"{stamp} {level}: MonALISA (stand-in): {text}", flush=True)


def end(number, _frame):
    log("INFO", f"{signal.Signals(number).name} received, ending")
    sys.exit(128 + number)


def bound(kind, port):
    opened = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind(("", port))
    return opened


def main():
    if "--help" in sys.argv:
        print(__doc__)
        return 0
    if os.getuid() == 0:
        log("SEVERE", "must not run as root")
        return 1
    signal.signal(signal.SIGHUP, lambda *_: log("INFO", "SIGHUP received, going on"))
    signal.signal(signal.SIGTERM, end)

    port = DATAGRAM_PORT
    try:
        datagrams = bound(socket.SOCK_DGRAM, port)
        port = FDT_PORT
        connections = bound(socket.SOCK_STREAM, port)
    except OSError as error:
        log("SEVERE", f"cannot listen on port {port}: {error.strerror}")
        return 1
    connections.listen()
    log("INFO", f"started for host {socket.getfqdn()}, on UDP {DATAGRAM_PORT} and TCP {FDT_PORT}")

    selector = selectors.DefaultSelector()
    selector.register(datagrams, selectors.EVENT_READ)
    selector.register(connections, selectors.EVENT_READ)
    received, next_line = 0, time.monotonic() + SECONDS_BETWEEN_LINES
    while True:
        for key, _ in selector.select(max(0, next_line - time.monotonic())):
            try:
                if key.fileobj is datagrams:
                    datagrams.recv(65536)
                    received += 1
                else:
                    connections.accept()[0].close()
            except OSError as error:
                log("WARNING", f"a connection failed: {error.strerror}")
        if time.monotonic() >= next_line:
            log("INFO", f"{received} datagrams received")
            next_line += SECONDS_BETWEEN_LINES


if __name__ == "__main__":
    sys.exit(main())
