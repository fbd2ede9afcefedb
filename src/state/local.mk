# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What survives a restart.
liblanparty_a_SOURCES += \
	src/state/identity.c src/state/identity.h \
	src/state/object.c src/state/object.h \
	src/state/store.c src/state/store.h \
	src/state/rollback.c src/state/rollback.h
