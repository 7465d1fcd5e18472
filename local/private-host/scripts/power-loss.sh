#!/bin/bash
# The nearest thing to a power loss of a private host: ends every process but PID 1, without warning, drops
# what has been mounted since the host started, and empties /run, as a boot does.
# Usage: power-loss.sh MOUNTS_AT_START
set -euo pipefail
kill -KILL -1 # all but PID 1 and this process

for _ in {1..500}; do
  processes=(/proc/[0-9]*)
  if [ ${#processes[@]} -le 2 ]; then break; fi
  sleep 0.01
done
if [ ${#processes[@]} -gt 2 ]; then
  ps -e -o pid,args >&2
  exit 1
fi

findmnt --noheadings --raw --output TARGET | sort | comm -13 "$1" - | sort --reverse |
  while read -r mount_point; do
    umount --lazy "$mount_point"
  done
# Whole directories: containerd refuses a container whose directory it finds already.
# What is shared with the machine there is another file system, and its mount points stay.
find /run -xdev -mindepth 1 ! -path /run/lock -delete 2>/dev/null || :
