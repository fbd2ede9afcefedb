# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The gateway role.
