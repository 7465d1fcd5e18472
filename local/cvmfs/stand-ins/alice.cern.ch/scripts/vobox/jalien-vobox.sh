#!/bin/bash
# STAND-IN for the VO-Box's control script of the ALICE repository. Like the real one it leaves what it
# starts running in the background.
#
#   jalien-vobox.sh start|status|stop|restart|mlstatus [ce|monalisa]     (no service: both)
set -u

top=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
configuration=$HOME/.alien/config
logs=${LOGDIR:-$HOME/ALICE/alien-logs}

usage() {
  echo "jalien-vobox.sh (a stand-in of cdktf-vobox; the real one is at CERN)"
  echo "usage: jalien-vobox.sh start|status|stop|restart|mlstatus [ce|monalisa]"
}

# The value of a line KEY=value of version.properties, or nothing.
property() {
  sed -n "s/^$1=//p" "$configuration/version.properties" 2>/dev/null | tail -n 1
}

# Environment of a package in its pinned version, or else the newest.
load() {
  local version environment
  version=$(property "$2")
  environment=$("$top/bin/alienv" printenv "$1${version:+/$version}") || exit 1
  eval "$environment"
}

source_if_there() {
  # shellcheck source=/dev/null
  if [ -r "$1" ]; then . "$1"; fi
}

ce_pid() {
  pgrep -u "$(id -u)" -o -f '[a]lien\.site\.ComputingElement'
}

start_ce() {
  if ce_pid >/dev/null; then
    echo "JAliEn CE (stand-in) is already running"
    return 0
  fi
  load JAliEn JALIEN
  source_if_there "$configuration/CE.env"
  mkdir -p "$logs/CE" && cd "$logs/CE" || return 1
  nohup jalien alien.site.ComputingElement </dev/null >>CE.log 2>&1 &
  echo $! >CE.pid
  echo "JAliEn CE (stand-in) is starting, its log is $logs/CE/CE.log"
}

stop_ce() {
  local pid
  if pid=$(ce_pid); then
    kill -TERM "$pid"
    timeout 3 tail --pid="$pid" -f /dev/null || kill -KILL "$pid"
  fi
  echo "JAliEn CE (stand-in) is stopped"
}

status_ce() {
  if ce_pid >/dev/null; then
    echo "JAliEn CE (stand-in) is running"
  else
    echo "JAliEn CE (stand-in) is NOT running"
    return 1
  fi
}

# The real one fills the package's templates with what ALICE's LDAP says of the site.
configure_monalisa() {
  export CONFDIR=$logs/MonaLisa/myFarm ALICE_LOGDIR=$logs JAVA_OPTS=
  mkdir -p "$CONFDIR" || return 1
  printf '# stand-in: no modules\n' >"$CONFDIR/myFarm.conf"
  printf 'MonaLisa.Location=stand-in\n' >"$CONFDIR/ml.properties"
  # shellcheck disable=SC2154 # alienv sets MonaLisa_HOME
  printf '%s="%s"\n' FARM_NAME "$(hostname -f)" FARM_HOME "$CONFDIR" \
    MONALISA_USER "$(id -un)" MonaLisa_HOME "$MonaLisa_HOME" >"$CONFDIR/ml_env"
}

monalisa() {
  load MonaLisa MONALISA
  source_if_there "$configuration/ml.env"
  configure_monalisa || return 1
  "$MonaLisa_HOME/Service/CMD/ML_SER" "$1"
}

command=${1:-}
case $command in
  start | status | stop | restart | mlstatus) ;;
  -h | --help) usage && exit 0 ;;
  *) usage >&2 && exit 1 ;;
esac
case ${2:-} in
  ce | monalisa) services=$2 ;;
  '') services='ce monalisa' ;;
  *) usage >&2 && exit 1 ;;
esac
if [ "$(id -u)" = 0 ]; then
  echo "jalien-vobox.sh (stand-in): must not run as root" >&2
  exit 1
fi

if [ "$command" = mlstatus ]; then
  if monalisa status >/dev/null; then
    printf 'MonaLisa Status (stand-in)\tService running\t1\n'
  else
    printf 'MonaLisa Status (stand-in)\tService running\t0\n'
  fi
  exit 0
fi
result=0
for service in $services; do
  case $service:$command in
    ce:start) start_ce || result=1 ;;
    ce:stop) stop_ce ;;
    ce:restart)
      stop_ce
      start_ce || result=1
      ;;
    ce:status) status_ce || result=1 ;;
    monalisa:*) (monalisa "$command") || result=1 ;;
  esac
done
exit $result
