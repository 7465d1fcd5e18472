#!/bin/bash
# First program of the VO-Box, the only child of tini (PID 1).
# Runs the steps of the image and then those of the site, one after the other; starts supervisord,
# stays its parent, passes signals on to it, cleans up and ends with its exit code.
set -u

steps=/usr/libexec/vobox/init.d
site_steps=/etc/vobox/init.d
run=/run/vobox
# Seconds that processes which outlive supervisord get between TERM and KILL.
leftover_seconds=5

child=
# Whether the child is supervisord, and no step.
supervisor=
signal=
interrupted=

log() {
  printf '%s init: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"
}

# shellcheck disable=SC2317 # called by the traps
on_signal() {
  signal=$1
  interrupted=yes
  if [ -n "$child" ]; then
    pass_on "$1"
  fi
}

# supervisord hears them all. A step, as a shell's background job, was started to ignore INT and QUIT.
pass_on() {
  case $supervisor:$1 in
    :INT | :QUIT) kill -s TERM "$child" 2>/dev/null ;;
    *) kill -s "$1" "$child" 2>/dev/null ;;
  esac
}

# Runs a command as a child and returns its exit code; signals that come meanwhile reach it.
supervise() {
  local code
  "$@" &
  child=$!
  # A signal may have come just before the child was there to receive it.
  [ -z "$signal" ] || pass_on "$signal"
  while :; do
    interrupted=
    wait "$child"
    code=$?
    # wait also returns when a trapped signal arrives; its code is not the child's then.
    [ -n "$interrupted" ] || break
  done
  child=
  return "$code"
}

run_step() {
  local step=$1
  printf '%s\n' "${step##*/}" >"$run/step"
  case $step in
    *.sh) supervise bash "$step" ;;
    *) supervise "$step" ;;
  esac
}

run_steps() {
  local kind=$1 directory=$2 step code
  for step in "$directory"/*; do
    if [ ! -f "$step" ]; then
      continue
    elif [ ! -x "$step" ] && [ "${step%.sh}" = "$step" ]; then
      log "$kind ${step##*/} skipped: neither executable nor named *.sh"
      continue
    fi
    log "$kind ${step##*/}"
    run_step "$step"
    code=$?
    if [ -n "$signal" ]; then
      log "ended by $signal in $kind ${step##*/}"
      finish 143
    elif [ "$code" -ne 0 ]; then
      log "$kind ${step##*/} failed with exit code $code; the VO-Box does not start without it"
      finish "$code"
    fi
  done
}

# Ends what outlived supervisord (a daemonised service, say) and this script itself.
finish() {
  local code=$1 waited=0
  rm -f "$run/step" "$run/supervisor.sock"
  if [ -n "${VOBOX_CVMFS_CONFIG_REPOSITORY-}" ]; then
    /usr/libexec/vobox/cvmfs release
  fi
  if owns_all_processes && kill -TERM -1 2>/dev/null; then
    # tini reaps them; only tini and this shell remain when /proc lists no other.
    while [ "$waited" -lt $((leftover_seconds * 10)) ] && others_remain; do
      sleep 0.1
      waited=$((waited + 1))
    done
    kill -KILL -1 2>/dev/null
  fi
  log "ends with exit code $code"
  exit "$code"
}

# Whether all processes that are to be seen are the container's. With the host's process numbers
# (--pid=host) they are all of the host's.
owns_all_processes() {
  [ "$PPID" = 1 ] || return 1
  case $(cat /proc/1/comm) in
    docker-init | tini | catatonit) return 0 ;;
    *) return 1 ;;
  esac
}

others_remain() {
  local entry pid
  for entry in /proc/[0-9]*; do
    pid=${entry##*/}
    [ "$pid" = 1 ] || [ "$pid" = $$ ] || return 0
  done
  return 1
}

trap 'on_signal TERM' TERM
trap 'on_signal INT' INT
trap 'on_signal QUIT' QUIT
trap 'on_signal HUP' HUP

mkdir -p "$run"
log "VO-Box ${VOBOX_FQDN:-$(hostname)} starts"
run_steps step "$steps"
run_steps "site command" "$site_steps"

log "starts supervisord"
printf 'supervisord\n' >"$run/step"
supervisor=yes
supervise supervisord --nodaemon --configuration /etc/vobox/supervisord.conf
code=$?
log "supervisord ended with exit code $code"
finish "$code"
