#!/bin/sh
# Installs the Debian packages named as arguments, without starting any service of theirs, now or at boot.
# Run it in a mount namespace of its own: `unshare --mount --propagation private sh install.sh NAME...`
set -eu

LOCK_SECONDS=300

# Packages start their services through the first two, and have them started at the next boot through the
# others. Hidden in this namespace only, so that the machine's own policy (policy-rc.d) and services stay as
# they are.
for starter in /usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke \
  /usr/bin/deb-systemd-helper /usr/sbin/update-rc.d; do
  if [ -e "$starter" ]; then
    mount --bind /bin/true "$starter"
  fi
done

export DEBIAN_FRONTEND=noninteractive
# needrestart, where it is there, would restart services of the machine.
export NEEDRESTART_SUSPEND=1

apt() {
  apt-get --quiet --yes --no-install-recommends --no-remove \
    -o "DPkg::Lock::Timeout=$LOCK_SECONDS" -o Dpkg::Use-Pty=0 "$@"
}

# Downloading changes nothing, so it shows cheaply whether the package lists are there and current.
if ! apt install --download-only "$@"; then
  echo "not all can be downloaded as it is: fetching the package lists"
  apt-get --quiet -o "DPkg::Lock::Timeout=$LOCK_SECONDS" update
fi

if ! apt install "$@"; then
  echo "apt-get failed: finishing what an interrupted installation left, then again"
  # What it cannot configure for a missing dependency, apt-get installs next.
  dpkg --configure -a || true
  apt --fix-broken install
  apt install "$@"
fi
