#!/bin/sh
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Installs lanparty from the folder that this file is in, below /opt, /etc and /var only.
#
#   install.sh [relay | gateway | client]    client, unless said
#   install.sh --remove                      removes it; the configuration and the state stay
set -eu
here=$(cd "$(dirname "$0")" && pwd)
opt=${DESTDIR:-}/opt/lanparty
units=${DESTDIR:-}/etc/systemd/system
conf=${DESTDIR:-}/etc/lanparty.conf

manager() { # manager COMMAND...: systemctl, where it is this machine that we install on
	if [ -z "${DESTDIR:-}" ] && [ -d /run/systemd/system ]; then
		systemctl "$@"
	fi
}

remove() {
	for unit in lanparty-relay.service lanparty-relay.socket lanparty-gateway.service lanparty-client.service; do
		[ -e "$units/$unit" ] || continue
		manager disable --now "$unit" || true
		rm -f "$units/$unit"
	done
	rm -rf "$opt"
	manager daemon-reload
}

usage() {
	echo "usage: install.sh [relay | gateway | client | --remove]" >&2
	exit 2
}

[ $# -le 1 ] || usage
role=${1:-client}
case $role in
relay | gateway | client) ;;
--remove)
	remove
	exit
	;;
*) usage ;;
esac
if [ -z "${DESTDIR:-}" ] && [ "$(id -u)" != 0 ]; then
	echo "install.sh: needs root: sudo $0 $role" >&2
	exit 1
fi

if [ "$here" != "$opt" ]; then
	rm -rf "$opt"
	mkdir -p "$opt"
	cp -R "$here/." "$opt"
fi
mkdir -p "$units"
for unit in "$opt/units/lanparty-$role".*; do
	cp "$unit" "$units"
done
if [ -z "${DESTDIR:-}" ] && ! getent passwd lanparty >/dev/null; then
	useradd --system --user-group --home-dir /var/lib/lanparty --shell /usr/bin/nologin lanparty
fi
if [ ! -e "$conf" ]; then
	cp "$opt/lanparty.conf" "$conf"
	chmod 640 "$conf"
	[ -n "${DESTDIR:-}" ] || chgrp lanparty "$conf"
fi
manager daemon-reload
cat <<END
Installed in $opt. Now write $conf (man -l $opt/man/lanparty.conf.5), then:
  sudo systemctl enable --now lanparty-$role
  $opt/bin/lanpartyctl status
END
