# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# What the tests of the tree share: claims about the source and about what a build makes of it, which
# need no network and no root. `make check` runs them in the build folder, with $srcdir as for all tests.
set -euo pipefail

# shellcheck disable=SC2034 # for who sources this
source_dir=$(cd "${srcdir:-$(dirname "${BASH_SOURCE[0]}")/../..}" && pwd)
build_dir=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# A make that is asked here is not that which runs the tests.
unset MAKEFLAGS MAKELEVEL MFLAGS DESTDIR

fail() { # fail WHAT
	echo "FAILED: $1" >&2
	exit 1
}

check() { # check WHAT COMMAND...: one claim
	local what=$1
	shift
	"$@" >"$tmp/check.out" 2>&1 || { cat "$tmp/check.out" >&2 && fail "$what"; }
	echo "ok: $what"
}

shows() { # shows ID...: features that the claims before have proved
	echo "shows $*"
}

# What `make install` installs of that kind, under $tmp/root.
make_install() { # make_install TARGET
	make -C "$build_dir" "$1" DESTDIR="$tmp/root" >"$tmp/make.log" 2>&1 ||
		{ tail -n 20 "$tmp/make.log" >&2 && fail "make $1"; }
}

installed() { # installed PATTERN: the one file that was installed under that name
	local found
	found=$(find "$tmp/root" -path "$1")
	[ -n "$found" ] && [ "$(wc -l <<<"$found")" = 1 ] && echo "$found"
}
