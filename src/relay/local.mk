# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The relay role.
