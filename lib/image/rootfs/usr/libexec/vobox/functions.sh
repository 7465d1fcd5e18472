# shellcheck shell=bash
# Sourced by the programs beside it.

log() {
  printf '%s %s: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${0##*/}" "$*"
}

# Value of a key in ~/.alien/config/version.properties, empty where there is none.
pinned_version() {
  sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" \
    "$HOME/.alien/config/version.properties" 2>/dev/null | tail -n 1
}

# Loads the environment of a package of alice.cern.ch, e.g. JAliEn, in its pinned or newest version.
load_package() {
  local package=$1 version=$2 environment
  environment=$(/cvmfs/alice.cern.ch/bin/alienv printenv "$package${version:+/$version}") || {
    log "alienv printenv $package${version:+/$version} failed"
    return 1
  }
  # As in the shell of a person, which alienv prints it for: it may use variables that are not set.
  set +u
  eval "$environment"
  set -u
}

# Where the site's services log: LOGDIR of the VO-Box's entry in ALICE's LDAP, or else the default.
# Which LDAP that is says the control script in CVMFS, which asks it for the same.
log_directory() {
  local control=/cvmfs/alice.cern.ch/scripts/vobox/jalien-vobox.sh host port directory=
  host=$(sed -n 's/^ldapHostname="\?\([A-Za-z0-9.-]*\)"\?$/\1/p' "$control" 2>/dev/null)
  port=$(sed -n 's/^ldapPort="\?\([0-9]*\)"\?$/\1/p' "$control" 2>/dev/null)
  if [ -n "$host" ]; then
    directory=$(timeout 15 ldapsearch -x -LLL -o ldif-wrap=no -H "ldap://$host:${port:-389}" \
      -b ou=Sites,o=alice,dc=cern,dc=ch \
      "(&(objectClass=AliEnHostConfig)(host=$(timeout 10 hostname -f)))" LOGDIR 2>/dev/null |
      sed -n 's/^LOGDIR: //Ip' | head -n 1 | envsubst)
  fi
  printf '%s\n' "${directory:-$HOME/ALICE/alien-logs}"
}
