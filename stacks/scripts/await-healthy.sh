#!/bin/sh
# Waits until a VO-Box is healthy; then keeps its image and the one before, and removes older ones.
# Settings: DOCKER_HOST, VOBOX_CONTAINER, VOBOX_IMAGE (name:tag), VOBOX_LIMIT_SECONDS;
# for an engine at ssh:// VOBOX_SSH_OPTIONS.
set -eu
# The engine is the one that DOCKER_HOST names.
unset DOCKER_CONTEXT
# The docker command takes no options for its ssh: it finds the one beside this script, which adds them.
[ -z "${VOBOX_SSH_OPTIONS-}" ] || PATH=$(cd "$(dirname "$0")" && pwd)/with-options:$PATH

poll_seconds=1

state() {
  docker container inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' \
    "$VOBOX_CONTAINER"
}

# Fails where the engine does not answer; an answer that lacks the container is not the same.
containers() {
  docker container ls --all --format '{{.Names}}'
}

# What the last check said: the reasons by name, and warnings.
last_check() {
  docker container inspect --format '{{with .State.Health}}{{range .Log}}{{.Output}}{{"\f"}}{{end}}{{end}}' \
    "$VOBOX_CONTAINER" | tr '\n\f' '\t\n' | sed '/^[[:space:]]*$/d' | tail -n 1 | tr '\t' '\n'
}

# Where no check was made, the container's own log tells why: it may end again and again while it starts.
last_words() {
  docker container logs --tail 5 "$VOBOX_CONTAINER" 2>&1
}

# Whether the text has this line.
has_line() {
  printf '%s\n' "$1" | grep -qxF -e "$2"
}

command -v docker >/dev/null || {
  echo "The docker command is needed on the machine that deploys: install Docker's client." >&2
  exit 1
}

deadline=$(($(date +%s) + VOBOX_LIMIT_SECONDS))
until now=$(state 2>&1) && [ "$now" = "running healthy" ]; do
  if all=$(containers 2>/dev/null) && ! has_line "$all" "$VOBOX_CONTAINER"; then
    echo "There is no container $VOBOX_CONTAINER on $DOCKER_HOST: deploy again." >&2
    exit 1
  fi
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$VOBOX_CONTAINER is not healthy after $VOBOX_LIMIT_SECONDS s ($now):" >&2
    case $now in
      running*) why=$(last_check) ;;
      *) why= ;;
    esac
    printf '%s\n' "${why:-$(last_words)}" >&2
    echo "It was left running as it is; mend the cause and deploy again." >&2
    exit 1
  fi
  sleep "$poll_seconds"
done
echo "$VOBOX_CONTAINER is healthy"
last_check | sed -n '/^warning: /p'

# Two tags of each VO-Box tell which images to keep: what it runs now, and what it ran before.
name=${VOBOX_IMAGE%:*}

# Tag and id of each image of that name. An engine that does not answer ends the script, for an image that
# only seemed to be missing would be removed.
images() {
  docker image ls --no-trunc --format '{{.Tag}} {{.ID}}' "$name"
}

# The id of a tag in that list; empty when it is not there.
id_of() {
  printf '%s\n' "$1" | awk -v tag="$2" '$1 == tag { print $2; exit }'
}

list=$(images)
wanted=$(id_of "$list" "${VOBOX_IMAGE##*:}")
current=$(id_of "$list" "$VOBOX_CONTAINER-current")
if [ "$current" != "$wanted" ]; then
  [ -z "$current" ] || docker tag "$name:$VOBOX_CONTAINER-current" "$name:$VOBOX_CONTAINER-previous"
  docker tag "$VOBOX_IMAGE" "$name:$VOBOX_CONTAINER-current"
  list=$(images)
fi

# Tags of VO-Boxes that are no longer there keep nothing.
all=$(containers)
kept=
for tag in $(printf '%s\n' "$list" | awk '$1 ~ /-(current|previous)$/ { print $1 }'); do
  if has_line "$all" "${tag%-*}"; then
    kept="$kept $(id_of "$list" "$tag")"
  fi
done

printf '%s\n' "$list" | while read -r tag id; do
  case $tag in
    *-current | *-previous) ! has_line "$all" "${tag%-*}" || continue ;;
    *) case $kept in *"$id"*) continue ;; esac ;;
  esac
  # An image that another container still uses stays.
  if docker image rm "$name:$tag" </dev/null >/dev/null 2>&1; then
    echo "removed the old image $name:$tag"
  fi
done
