#!/bin/bash
# Starts a daemon of a private host: in a session of its own, a child of the host's PID 1 once this has ended.
# Runs in the host's PID namespace but with the machine's mounts, so that /proc tells the machine's process ids.
# Usage: daemon.sh PID_FILE LOG_FILE COMMAND [ARGUMENTS...]
set -euo pipefail
pid_file=$1
log_file=$2
shift 2
{
  read -r -a self </proc/self/stat
  echo "${self[0]} ${self[21]}" >"$pid_file.new"
  mv "$pid_file.new" "$pid_file" # a child, so this process keeps its id
  exec setsid "$@"
} </dev/null >>"$log_file" 2>&1 &
