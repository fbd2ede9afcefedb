#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The demo, ended by Ctrl-C, leaves the machine as it was: network, files, processes.
set -euo pipefail
tmp=${LP_TMP:-$(mktemp -d)}
log=$tmp/demo.log
mkdir "$tmp/scratch"
unset LP_TMP # else the demo would leave its scratch folder to whoever set it

state() {
	ip -o link | cut -d: -f2
	ip route
	nft list ruleset
	sha256sum /etc/resolv.conf /etc/hosts
}

state >"$tmp/before"
# What a shell begins in the background ignores SIGINT; env gives it back.
TMPDIR=$tmp/scratch env --default-signal=INT "$(dirname "$0")/../../scripts/demo" >"$log" 2>&1 &
demo=$!
trap 'kill -TERM $demo 2>/dev/null || true' EXIT
for ((tries = 0; tries < 600; tries++)); do
	! grep -qs 'until Ctrl-C' "$log" || break
	kill -0 $demo || { cat "$log" && exit 1; }
	sleep 0.1
done
kill -INT $demo
status=0
wait $demo || status=$?
echo "the demo ended with status $status"
[ $status = 130 ]

namespace=$(grep -oE 'lp-[0-9]+-alice' "$log" | head -n 1)
echo "its namespaces were called like $namespace"
[ -n "$namespace" ]
[ -z "$(ip netns list | grep "^${namespace%alice}")" ]
[ -z "$(pgrep -f "$tmp/scratch")" ]
[ -z "$(ls -A "$tmp/scratch")" ]
state >"$tmp/after"
diff -u "$tmp/before" "$tmp/after"
echo "nothing is left"
