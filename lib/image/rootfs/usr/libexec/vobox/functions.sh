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
  eval "$environment"
}
