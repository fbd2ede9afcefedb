# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Ethernet frames: the checked view, MAC addresses, the safety classifier.

liblanparty_a_SOURCES += \
	src/frame/checksum.c src/frame/checksum.h \
	src/frame/gro.c src/frame/gro.h \
	src/frame/dhcpid.c src/frame/dhcpid.h \
	src/frame/ether.c src/frame/ether.h \
	src/frame/example.c src/frame/example.h \
	src/frame/flow.c src/frame/flow.h \
	src/frame/fragment6.c src/frame/fragment6.h \
	src/frame/framelog.c src/frame/framelog.h \
	src/frame/ipclaim.c src/frame/ipclaim.h \
	src/frame/leasehint.c src/frame/leasehint.h \
	src/frame/loopprobe.c src/frame/loopprobe.h \
	src/frame/mac.c src/frame/mac.h \
	src/frame/policy.c src/frame/policy.h src/frame/policy_rules.h \
	src/frame/policy_dhcp4.c \
	src/frame/policy_infra.c \
	src/frame/policy_ip4.c \
	src/frame/policy_ip6.c \
	src/frame/policy_llc.c \
	src/frame/gso_frame.c src/frame/gso_frame.h \
	src/frame/verdict.c src/frame/verdict.h
