# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Every program of `make check` is linked with the whole daemon; each folder lists its own.
LDADD = $(LANPARTY_LIBS)

if HAVE_CMOCKA
AM_CPPFLAGS += $(CMOCKA_CFLAGS)
LDADD += $(CMOCKA_LIBS)
include tests/unit/local.mk
include tests/sim/local.mk
else !HAVE_CMOCKA
check-local:
	@echo "make check needs cmocka (Debian: apt-get install libcmocka-dev), then configure again" >&2
	@exit 1
endif !HAVE_CMOCKA

include tests/tools/local.mk
include tests/tree/local.mk
include tests/fuzz/local.mk
include tests/netns/local.mk
include tests/bench/local.mk

# Read by tests: captured frames, corpora of the fuzzers. Read by scripts: features, what to break.
EXTRA_DIST += tests/data tests/features.txt tests/mutations

# For scripts/test.
list-tests:
	@echo $(TESTS)
.PHONY: list-tests
