# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One thing a folder, each with its README: EXTRA_DIST += contrib/<thing>

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = contrib/completion/lanpartyctl contrib/completion/lanpartyd
EXTRA_DIST += contrib/completion/README

# How players reach the gateway's machine itself.
gatewayhostdir = $(docdir)/examples/gateway-host
dist_gatewayhost_DATA = \
	contrib/gateway-host/10-party-cable.netdev \
	contrib/gateway-host/10-party-gw.network \
	contrib/gateway-host/10-party-ports.network \
	contrib/gateway-host/10-party.netdev \
	contrib/gateway-host/10-party.network \
	contrib/gateway-host/README \
	contrib/gateway-host/interfaces \
	contrib/gateway-host/lanparty-gateway-host.conf

# How a player's own DHCP client takes an address from the party, and nothing else.
dhcphooksdir = $(docdir)/examples/dhcp-hooks
dist_dhcphooks_DATA = \
	contrib/dhcp-hooks/README \
	contrib/dhcp-hooks/dhclient-lanparty \
	contrib/dhcp-hooks/dhcpcd-lanparty.conf
networkddir = $(docdir)/examples/systemd-networkd
dist_networkd_DATA = \
	contrib/systemd-networkd/50-lanparty.network \
	contrib/systemd-networkd/README

# How the programs for Windows are built, and what a player's PC needs.
EXTRA_DIST += contrib/windows

# The service manager: systemd where there is one; OpenRC and an init script for who has another.
EXTRA_DIST += contrib/openrc contrib/systemd

# What packages are made by; debian/ is at the top.
EXTRA_DIST += contrib/arch contrib/rpm contrib/tarball

LP_SERVICES = \
	contrib/systemd/lanparty-client.service \
	contrib/systemd/lanparty-gateway.service \
	contrib/systemd/lanparty-gateway@.service \
	contrib/systemd/lanparty-relay.service
CLEANFILES += $(LP_SERVICES)

.service.in.service:
	$(AM_V_GEN)$(MKDIR_P) contrib/systemd && \
		$(SED) -e 's,[@]sbindir[@],$(sbindir),g' -e 's,[@]bindir[@],$(bindir),g' \
			-e 's,[@]sysconfdir[@],$(sysconfdir),g' $< >$@.new && mv $@.new $@
SUFFIXES = .service.in .service

if WITH_SYSTEMD
systemdsystemunit_DATA = $(LP_SERVICES) contrib/systemd/lanparty-relay.socket
sysusers_DATA = contrib/systemd/sysusers/lanparty.conf
tmpfiles_DATA = contrib/systemd/tmpfiles/lanparty.conf
endif WITH_SYSTEMD
