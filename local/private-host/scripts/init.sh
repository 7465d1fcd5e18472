#!/bin/bash
# PID 1 of a private host. Started by `unshare --mount --pid --uts [--net] --fork`: makes a root of its own
# from the machine's (an overlay, so nothing written reaches the machine), moves there and reaps orphans.
# Usage: init.sh SETTINGS_FILE     (lines key=value; see local/private-host.ts, which writes it)
set -euo pipefail
umask 022

# The machine's /proc is still mounted here, so this is the process id as the machine counts it.
read -r -a self </proc/self/stat
outer_pid=${self[0]}
start_time=${self[21]}

shared=()
while IFS='=' read -r key value; do
  case $key in
    name) name=$value ;;
    directory) directory=$value ;;
    network) network=$value ;;
    engineData) engine_data=$value ;;
    engineStorage) engine_storage=$value ;;
    outbound) ;; # made from outside, when this is ready
    shared) shared+=("$value") ;;
    *) echo "unknown setting $key" >&2 && exit 1 ;;
  esac
done <"$1"

# An overlay's upper directory must not lie on the file system that is its lower one, hence a tmpfs.
stage=$directory/root
mkdir -p "$stage"
mount -t tmpfs -o mode=0755 "vobox-$name" "$stage"
new=$stage/new
mkdir "$new"

layers=0
overlay() { # DIRECTORY: shows the machine's DIRECTORY in the new root, writable, without touching it
  local layer=$stage/layer$layers
  layers=$((layers + 1))
  mkdir -p "$layer/upper" "$layer/work" "$new$1"
  # An upper directory gives its owner and mode to the merged root.
  chmod --reference="$1" "$layer/upper"
  chown --reference="$1" "$layer/upper"
  mount -t overlay -o "lowerdir=$1,upperdir=$layer/upper,workdir=$layer/work" "vobox-$name" "$new$1"
}

overlay /
# Directories that the machine keeps on other disks (/home, /var, /usr); an overlay does not cross into them.
while read -r mount_point type; do
  case $type in ext2 | ext3 | ext4 | xfs | btrfs | zfs | f2fs) ;; *) continue ;; esac
  case $mount_point/ in
    // | /proc/* | /sys/* | /dev/* | /run/* | /tmp/* | "$directory"/* | *[\\,:]*) continue ;;
    */docker/* | */containers/*) continue ;; # of the machine's own engine
  esac
  if [ -d "$mount_point" ]; then overlay "$mount_point"; fi
done < <(findmnt --noheadings --raw --output TARGET,FSTYPE)

mount -t proc proc "$new/proc"
# A fresh sysfs shows this network; without securityfs in it the engine leaves the machine's AppArmor alone.
mount -t sysfs sysfs "$new/sys"
mount --rbind /sys/fs/cgroup "$new/sys/fs/cgroup"
mount --rbind /dev "$new/dev"
mount -t tmpfs -o mode=1777 tmpfs "$new/dev/shm"
mount -t tmpfs -o mode=0755 tmpfs "$new/run"
mount -t tmpfs -o mode=1777 tmpfs "$new/tmp"
mkdir -m 1777 "$new/run/lock"

for path in "${shared[@]}"; do
  mkdir -p "$new$path"
  mount --bind "$path" "$new$path"
done

mkdir -p "$new$engine_data"
case $engine_storage in
  memory) mount -t tmpfs -o mode=0710 engine "$new$engine_data" ;;
  disk) mount --bind "$directory/engine" "$new$engine_data" ;;
esac

cd "$new"
pivot_root . .
umount --lazy .
cd /
mount --make-rshared /

# The machine's may be a link into /run, or a mount of its own.
rm -f /etc/resolv.conf
cp "$directory/resolv.conf" /etc/resolv.conf
hostname "$name"
echo "$name" >/etc/hostname
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.1.1\t%s %s\n' "$name" "${name%%.*}" >/etc/hosts
if [ "$network" = private ]; then ip link set lo up; fi

# What is mounted later goes with a power loss (power-loss.sh).
findmnt --noheadings --raw --output TARGET | sort >"$directory/mounts"
echo "$outer_pid $start_time" >"$directory/init.new"
mv "$directory/init.new" "$directory/init"

# Bash reaps whatever becomes its child. It has no child itself, so that killing everything else does not end it.
exec {forever}<> <(:)
while :; do read -r -u "$forever" || :; done
