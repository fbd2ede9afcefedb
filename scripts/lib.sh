# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What the scripts here share.

# Runs a command as the owner of the tree where we are root and the owner is somebody else who may
# write to it, else as who we are.
as_owner() {
	local owner
	owner=$(stat -c %U .)
	if [ "$(id -u)" = 0 ] && [ "$owner" != root ] && id "$owner" >/dev/null 2>&1 &&
		runuser -u "$owner" -- test -w .; then
		runuser -u "$owner" -- "$@"
	else
		"$@"
	fi
}

# Gives what root wrote in a build folder back to the owner of the tree.
give_back() {
	[ "$(id -u)" != 0 ] || [ ! -e "$1" ] || chown -R --reference=. "$1"
}
