# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The client role.
