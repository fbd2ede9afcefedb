# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What gateway and client share.

liblanparty_a_SOURCES += \
	src/session/peers.c \
	src/session/session.c src/session/session.h \
	src/session/session_impl.h \
	src/session/session_link.c
