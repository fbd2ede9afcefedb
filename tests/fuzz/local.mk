# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One program a decoder. Normally it is linked with replay.c, which feeds it all files of
# tests/data/corpus/<decoder>/, and is part of `make check`; with --enable-fuzzers it is a libFuzzer
# program for scripts/fuzz. Three lines each:
#   FUZZERS += tests/fuzz/fuzz_ether
#   tests_fuzz_fuzz_ether_SOURCES = tests/fuzz/fuzz_ether.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
#   tests_fuzz_fuzz_ether_LDADD = $(FUZZ_LIBS)

FUZZERS =
FUZZ_LIBS = $(LANPARTY_LIBS) $(LP_FUZZ_LIBS)

if ENABLE_FUZZERS
FUZZ_MAIN =
noinst_PROGRAMS += $(FUZZERS)
else !ENABLE_FUZZERS
FUZZ_MAIN = tests/fuzz/replay.c
check_PROGRAMS += $(FUZZERS)
endif !ENABLE_FUZZERS

EXTRA_DIST += tests/fuzz/replay.c

FUZZERS += tests/fuzz/fuzz_datagram tests/fuzz/fuzz_message tests/fuzz/fuzz_fragment \
	tests/fuzz/fuzz_record
tests_fuzz_fuzz_datagram_SOURCES = tests/fuzz/fuzz_datagram.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_datagram_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_message_SOURCES = tests/fuzz/fuzz_message.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_message_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_fragment_SOURCES = tests/fuzz/fuzz_fragment.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_fragment_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_record_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_admin
tests_fuzz_fuzz_admin_SOURCES = tests/fuzz/fuzz_admin.c \
	tests/unit/dummy_role.c tests/unit/dummy_role.h $(FUZZ_MAIN)
tests_fuzz_fuzz_admin_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_ether
tests_fuzz_fuzz_ether_SOURCES = tests/fuzz/fuzz_ether.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_ether_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_hostport
tests_fuzz_fuzz_hostport_SOURCES = tests/fuzz/fuzz_hostport.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_hostport_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_policy
tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_policy_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_gro tests/fuzz/fuzz_gso_frame
tests_fuzz_fuzz_gro_SOURCES = tests/fuzz/fuzz_gro.c tests/fuzz/fuzz.h \
	tests/unit/join.c tests/unit/join.h $(FUZZ_MAIN)
tests_fuzz_fuzz_gro_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_gso_frame_SOURCES = tests/fuzz/fuzz_gso_frame.c tests/fuzz/fuzz.h \
	tests/unit/join.c tests/unit/join.h $(FUZZ_MAIN)
tests_fuzz_fuzz_gso_frame_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_quic_frames
tests_fuzz_fuzz_quic_frames_SOURCES = tests/fuzz/fuzz_quic_frames.c tests/fuzz/fuzz.h \
	tests/unit/hostile.c tests/unit/hostile.h tests/unit/hostile_frame.c $(FUZZ_MAIN)
tests_fuzz_fuzz_quic_frames_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_conf_LDADD = $(FUZZ_LIBS)

FUZZERS += tests/fuzz/fuzz_quic
tests_fuzz_fuzz_quic_SOURCES = tests/fuzz/fuzz_quic.c tests/fuzz/fuzz.h $(FUZZ_MAIN)
tests_fuzz_fuzz_quic_LDADD = $(FUZZ_LIBS)
