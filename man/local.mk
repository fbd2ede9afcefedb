# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The man pages.
dist_man_MANS += man/lanpartyctl.1
dist_man_MANS += man/lanparty-protocol.7
dist_man_MANS += man/lanparty-setup.7
dist_man_MANS += man/lanparty.conf.5
dist_man_MANS += man/lanparty.7
dist_man_MANS += man/lanpartyd.8

# They name the examples where a distribution has them.
install-data-hook:
	for page in $(dist_man_MANS); do \
		page=$${page#man/}; \
		$(SED) 's,/usr/share/doc/lanparty,$(docdir),g' $(srcdir)/man/$$page \
			>"$(DESTDIR)$(mandir)/man$${page##*.}/$$page"; \
	done
