#!/bin/sh
# Waits until a VO-Box is healthy; then keeps its image and the one before, and removes older ones.
# Settings: DOCKER_HOST, VOBOX_CONTAINER, VOBOX_IMAGE (name:tag), VOBOX_LIMIT_SECONDS.
set -eu

poll_seconds=1

state() {
  docker inspect --format '{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}' "$VOBOX_CONTAINER"
}

# What the last check said, the reasons by name.
reasons() {
  docker inspect --format '{{with .State.Health}}{{range .Log}}{{.Output}}{{"\f"}}{{end}}{{end}}' \
    "$VOBOX_CONTAINER" | tr '\n\f' '\t\n' | sed '/^[[:space:]]*$/d' | tail -n 1 | tr '\t' '\n'
}

command -v docker >/dev/null || {
  echo "The docker command is needed on the machine that deploys: install Docker's client." >&2
  exit 1
}

deadline=$(($(date +%s) + VOBOX_LIMIT_SECONDS))
until [ "$(state)" = "running healthy" ]; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$VOBOX_CONTAINER is not healthy after $VOBOX_LIMIT_SECONDS s ($(state)):" >&2
    reasons >&2
    echo "It was left running as it is; mend the cause and deploy again." >&2
    exit 1
  fi
  sleep "$poll_seconds"
done
echo "$VOBOX_CONTAINER is healthy"

# Two tags of each VO-Box tell which images to keep: what it runs now, and what it ran before.
name=${VOBOX_IMAGE%:*}
current=$name:$VOBOX_CONTAINER-current
previous=$name:$VOBOX_CONTAINER-previous

image_id() {
  docker image inspect --format '{{.Id}}' "$1" 2>/dev/null || true
}

if [ "$(image_id "$current")" != "$(image_id "$VOBOX_IMAGE")" ]; then
  [ -z "$(image_id "$current")" ] || docker tag "$current" "$previous"
  docker tag "$VOBOX_IMAGE" "$current"
fi

kept=$(
  docker image ls --no-trunc --format '{{.Tag}} {{.ID}}' "$name" |
    awk '$1 ~ /-(current|previous)$/ { print $2 }'
)
docker image ls --no-trunc --format '{{.Tag}} {{.ID}}' "$name" | while read -r tag id; do
  case $kept in
    *"$id"*) ;;
    *)
      # An image that another container still uses stays.
      docker image rm "$name:$tag" >/dev/null 2>&1 && echo "removed the old image $name:$tag"
      ;;
  esac
done || true
