# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Claims about the tree itself, and about what is installed: shell, no root, no network.

TREE_TESTS = tests/tree/build-and-install.sh tests/tree/core-layers.sh tests/tree/no-circles.sh \
	tests/tree/no-dead-code.sh tests/tree/no-dead-fields.sh tests/tree/pages.sh \
	tests/tree/trust-model.sh tests/tree/units.sh
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = bash
TESTS += $(TREE_TESTS)
EXTRA_DIST += $(TREE_TESTS) tests/tree/lib.sh tests/tree/unread_fields.py
