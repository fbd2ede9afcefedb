# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The gateway role.

liblanparty_a_SOURCES += \
	src/gateway/addrtable.c src/gateway/addrtable.h \
	src/gateway/cam.c src/gateway/cam.h \
	src/gateway/addrguard.c src/gateway/addrguard.h \
	src/gateway/dhcpguard.c src/gateway/dhcpguard.h \
	src/gateway/gateway.c \
	src/gateway/gateway_impl.h \
	src/gateway/gateway_macs.c \
	src/gateway/gateway_nic.c \
	src/gateway/gateway_report.c \
	src/gateway/addrprobe.c src/gateway/addrprobe.h \
	src/gateway/gateway_filter.c src/gateway/gateway_filter.h src/gateway/gateway_filter_impl.h \
	src/gateway/gateway_filter_loop.c \
	src/gateway/loopguard.c src/gateway/loopguard.h \
	src/gateway/maccase.c src/gateway/maccase.h \
	src/gateway/player_drops.c src/gateway/player_drops.h
