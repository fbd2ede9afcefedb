# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The folders, from what knows least to what knows most.
include src/base/local.mk
include src/platform/local.mk
include src/frame/local.mk
include src/wire/local.mk
include src/queue/local.mk
include src/crypto/local.mk
include src/quic/local.mk
include src/loop/local.mk
include src/state/local.mk
include src/conf/local.mk
include src/admin/local.mk
include src/link/local.mk
include src/session/local.mk
include src/relay/local.mk
include src/gateway/local.mk
include src/client/local.mk
include src/ctl/local.mk

bin_PROGRAMS += lanpartyctl
lanpartyctl_SOURCES = src/lanpartyctl.c
lanpartyctl_CPPFLAGS = $(AM_CPPFLAGS) -DLP_SBINDIR='"$(sbindir)"'
lanpartyctl_LDADD = $(BASE_LIBS)

sbin_PROGRAMS += lanpartyd
lanpartyd_SOURCES = src/lanpartyd.c src/daemon.c src/daemon.h src/exposed.c src/exposed.h src/role.h
lanpartyd_LDADD = $(LANPARTY_LIBS)

# Version, manifest and events of the programs for Windows.
if HOST_WINDOWS
RESOURCES = src/platform/win32/program.rc src/platform/win32/program.manifest
VERSION_NUMBERS = `echo $(PACKAGE_VERSION) | $(SED) 's/[^0-9.].*//; s/[.]/,/g'`,0
COMPILE_RESOURCES = $(WINDRES) -I$(srcdir)/src/platform/win32 -Isrc/platform/win32 \
	-DVERSION=$(PACKAGE_VERSION) -DVERSION_NUMBERS=$(VERSION_NUMBERS)

lanpartyd_LDADD += src/lanpartyd-res.o
src/lanpartyd-res.o: $(RESOURCES)
	$(AM_V_GEN)$(COMPILE_RESOURCES) -DPROGRAM=lanpartyd '-DDESCRIPTION=lanparty daemon' \
		$(srcdir)/src/platform/win32/program.rc $@
lanpartyd_LDADD += src/events-res.o
src/events-res.o: src/events.rc
	$(AM_V_GEN)$(WINDRES) -Isrc src/events.rc $@
src/events.rc: src/platform/win32/events.mc
	$(AM_V_GEN)$(MKDIR_P) src && $(WINDMC) -h src -r src $(srcdir)/src/platform/win32/events.mc

lanpartyctl_LDADD += src/lanpartyctl-res.o
src/lanpartyctl-res.o: $(RESOURCES)
	$(AM_V_GEN)$(COMPILE_RESOURCES) -DPROGRAM=lanpartyctl '-DDESCRIPTION=lanparty control' \
		$(srcdir)/src/platform/win32/program.rc $@

CLEANFILES += src/lanpartyd-res.o src/lanpartyctl-res.o src/events-res.o src/events.rc src/events.h \
	src/MSG00409.bin
endif HOST_WINDOWS
EXTRA_DIST += src/platform/win32/program.rc src/platform/win32/program.manifest \
	src/platform/win32/events.mc
