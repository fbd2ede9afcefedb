# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# libconfig: the schema and the configuration that it gives.
liblanparty_a_SOURCES += \
	src/conf/conf.h \
	src/conf/crosscheck.c src/conf/crosscheck.h \
	src/conf/effective.c src/conf/effective.h \
	src/conf/faults.c src/conf/faults.h \
	src/conf/field.c src/conf/field.h \
	src/conf/input.c src/conf/input.h \
	src/conf/load.c src/conf/load.h \
	src/conf/mistake.c src/conf/mistake.h \
	src/conf/quantity.c src/conf/quantity.h \
	src/conf/reload.c \
	src/conf/schema.c src/conf/schema.h \
	src/conf/value.c src/conf/value.h
