# shellcheck shell=bash
# Sourced, after functions.sh, by the wrappers of services that daemonise.

# Seconds from the end of the start command until the daemon has to be there.
start_seconds=60
# Own child that is waited for: the start command, then the one that waits for the daemon's end.
child=

# run_daemon NAME PROCESSES STOP-STEPS COMMAND [ARGUMENT...]
# Starts a daemon with the command, stays as long as it runs, and ends it on TERM.
#   PROCESSES   extended regular expression that finds the command lines of the daemon and of what it
#               starts; with a bracket, so that it does not find another pgrep that looks for the same
#   STOP-STEPS  signals that end it, each with the seconds that it gets, e.g. "HUP:2 TERM:5"
# The wrapper defines daemon_pid, which prints the process to stay with, and fails where there is none.
run_daemon() {
  local pid last waited=0
  daemon=$1 processes=$2 stop_steps=$3
  shift 3
  # What an earlier start left would hold the ports.
  if daemon_processes >/dev/null; then
    log "ending the $daemon of an earlier start, processes $(daemon_processes | tr '\n' ' ')"
    end_daemon
  fi

  trap stop_daemon TERM INT
  # In the background: bash hears a TERM while it waits, and not while a program of its own runs.
  "$@" </dev/null &
  child=$!
  wait "$child" || exit 1
  child=

  until last=$(daemon_pid); do
    if [ "$waited" -ge $((start_seconds * 5)) ]; then
      log "the start command returned, but no $daemon runs after $start_seconds s"
      end_daemon
      exit 1
    fi
    sleep 0.2
    waited=$((waited + 1))
  done
  # A daemon may hand over to a child of its own.
  while pid=$(daemon_pid); do
    last=$pid
    log "$daemon runs as process $pid"
    tail --pid="$pid" -f /dev/null &
    child=$!
    wait "$child"
  done
  log "$daemon (process $last) is gone"
  end_daemon
  exit 1
}

daemon_processes() {
  pgrep -u "$(id -u)" -f -- "$processes"
}

# shellcheck disable=SC2317 # called by the trap
stop_daemon() {
  trap '' TERM INT
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
  end_daemon
  exit 0
}

# Ends all of the daemon's processes: what does not end within its steps is killed.
end_daemon() {
  local step
  local -a pids
  for step in $stop_steps KILL:1; do
    mapfile -t pids < <(daemon_processes)
    [ "${#pids[@]}" -gt 0 ] || return 0
    kill -s "${step%%:*}" "${pids[@]}" 2>/dev/null
    wait_until_gone "${step##*:}"
  done
}

# Waits so many seconds at most.
wait_until_gone() {
  local tenths=$(($1 * 10))
  while [ "$tenths" -gt 0 ] && daemon_processes >/dev/null; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
}
