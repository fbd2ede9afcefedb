# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Scenarios with the real programs in network namespaces; they need root.

EXTRA_DIST += tests/netns

check-netns: all
	BUILD=$(abs_builddir) $(srcdir)/scripts/netns
.PHONY: check-netns
