# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What scenarios and benchmarks use beside the programs under test, and linked with nothing of theirs;
# but for rogue, which is lanpartyd with another gate, and crowd, which is many sessions of it.
# check_DATA, not check_PROGRAMS: they are built for `make check`, but are no tests themselves.
if HOST_LINUX
TEST_TOOLS = tests/tools/crowd$(EXEEXT) tests/tools/frames$(EXEEXT) tests/tools/impair$(EXEEXT) \
	tests/tools/rogue$(EXEEXT)
EXTRA_PROGRAMS += tests/tools/crowd tests/tools/frames tests/tools/impair tests/tools/rogue
check_DATA = $(TEST_TOOLS)
CLEANFILES += $(TEST_TOOLS)
endif HOST_LINUX

tests_tools_crowd_SOURCES = tests/tools/crowd.c
tests_tools_crowd_LDADD = $(LANPARTY_LIBS)
tests_tools_frames_SOURCES = tests/tools/frames.c \
	tests/tools/numbered.c tests/tools/numbered.h \
	tests/tools/tally.c tests/tools/tally.h
tests_tools_frames_LDADD =
tests_tools_impair_SOURCES = tests/tools/impair.c \
	tests/tools/badline.c tests/tools/badline.h \
	tests/tools/impair_options.c tests/tools/impair_options.h
tests_tools_impair_LDADD =
tests_tools_rogue_SOURCES = tests/tools/rogue_gate.c $(lanpartyd_SOURCES)
tests_tools_rogue_LDADD = $(LANPARTY_LIBS)

EXTRA_DIST += tests/tools/README
