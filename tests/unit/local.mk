# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One program a source file, cmocka inside:
#   check_PROGRAMS += tests/unit/test_mac
#   tests_unit_test_mac_SOURCES = tests/unit/test_mac.c

check_PROGRAMS += tests/unit/test_policy
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c \
	tests/unit/policy_vectors.c tests/unit/policy_vectors.h
