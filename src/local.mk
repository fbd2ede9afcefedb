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
lanpartyd_SOURCES = src/lanpartyd.c src/daemon.c src/daemon.h src/role.h
lanpartyd_LDADD = $(LANPARTY_LIBS)
