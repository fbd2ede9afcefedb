# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One thing a folder, each with its README: EXTRA_DIST += contrib/<thing>

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/lanpartyctl contrib/completion/lanpartyd
EXTRA_DIST += contrib/completion/README

# How players reach the gateway's machine itself.
EXTRA_DIST += contrib/gateway-host

# How a player's own DHCP client takes an address from the party, and nothing else.
EXTRA_DIST += contrib/dhcp-hooks contrib/systemd-networkd

# How the programs for Windows are built, and what a player's PC needs.
EXTRA_DIST += contrib/windows
