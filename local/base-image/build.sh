#!/bin/sh
# Makes the root of a minimal Debian as a tar.
# Arguments: the settings folder (files: suite, mirror, components, include, sources.list, apt.conf),
# an empty folder to work in, and the tar to write.
# Run it in mount and process namespaces of its own: then nothing stays mounted when it is interrupted.
set -eu

settings=$1
root=$2
tar=$3
files=$(dirname "$0")

# In memory dpkg does not wait for the disk. The root takes 250 MB.
available=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
if [ "$available" -gt 2048 ]; then
  mount -t tmpfs -o mode=755,size=1g tmpfs "$root"
fi

include=$(cat "$settings/include")
set -- --variant=minbase --components="$(cat "$settings/components")"
if [ -n "$include" ]; then
  set -- "$@" --include="$include"
fi
debootstrap "$@" "$(cat "$settings/suite")" "$root" "$(cat "$settings/mirror")"

# debootstrap leaves them mounted in some versions; the tar must not walk into them.
for folder in "$root/proc" "$root/sys"; do
  while mountpoint --quiet "$folder"; do umount "$folder"; done
done

cp "$settings/sources.list" "$root/etc/apt/sources.list"
cp "$settings/apt.conf" "$root/etc/apt/apt.conf.d/90base-image"
cp "$files/docker.conf" "$root/etc/apt/apt.conf.d/91container"
cp "$files/dpkg.conf" "$root/etc/dpkg/dpkg.cfg.d/container"
# As in images from a registry: a package installed in a container starts no service.
install --mode 755 "$files/policy-rc.d" "$root/usr/sbin/policy-rc.d"

# What belongs to the machine that made it, or is there again after the next apt-get update.
rm -rf "$root/debootstrap" "$root/etc/hostname" "$root/etc/resolv.conf" \
  "$root/var/cache/ldconfig/aux-cache"
: >"$root/etc/machine-id"
for folder in var/cache/apt var/lib/apt/lists var/log tmp run; do
  find "$root/$folder" -mindepth 1 ! -type d -delete
done
rm -f "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old
find "$root/dev" -mindepth 1 -delete

tar --create --file "$tar" --directory "$root" --sort=name --numeric-owner \
  --mtime="$(date --utc --reference "$root/etc/debian_version" +@%s)" \
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --format=posix .
