# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One program a source file, cmocka inside:
#   check_PROGRAMS += tests/unit/test_mac
#   tests_unit_test_mac_SOURCES = tests/unit/test_mac.c
