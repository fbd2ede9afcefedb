# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The client role.

liblanparty_a_SOURCES += \
	src/client/client.c \
	src/client/client_impl.h \
	src/client/client_mac.c \
	src/client/diagnose.c \
	src/client/tapgate.c src/client/tapgate.h
