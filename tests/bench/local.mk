# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Figures against a floor in one run, by `make bench` as root; nothing of it is in make check.
EXTRA_DIST += tests/bench/README tests/bench/bench tests/bench/party.py

if HOST_LINUX
EXTRA_PROGRAMS += tests/bench/floor tests/bench/rooms
CLEANFILES += tests/bench/floor$(EXEEXT) tests/bench/rooms$(EXEEXT)
tests_bench_floor_SOURCES = tests/bench/floor.c
tests_bench_floor_LDADD =
tests_bench_rooms_SOURCES = tests/bench/rooms.c

# BENCH_OPTIONS="--rounds 1 --parts tcp"
bench: lanpartyd$(EXEEXT) tests/bench/floor$(EXEEXT) tests/tools/frames$(EXEEXT)
	$(srcdir)/tests/bench/bench --build . $(BENCH_OPTIONS)
endif HOST_LINUX
