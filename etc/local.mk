# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The commented configuration and a small working one for each role.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	etc/lanparty.conf \
	etc/relay.conf \
	etc/gateway.conf \
	etc/client.conf

# An administrator's file is never overwritten, and only removed when nobody has changed it. It will
# have the room's code in it, which is not for every user of the machine.
lp_conf = $(DESTDIR)$(sysconfdir)/lanparty.conf

install-data-local: install-lanparty-conf
uninstall-local: uninstall-lanparty-conf

install-lanparty-conf:
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)"
	test -e "$(lp_conf)" || $(INSTALL) -m 640 $(srcdir)/etc/lanparty.conf "$(lp_conf)"

uninstall-lanparty-conf:
	if cmp -s $(srcdir)/etc/lanparty.conf "$(lp_conf)"; then rm -f "$(lp_conf)"; fi

.PHONY: install-lanparty-conf uninstall-lanparty-conf
