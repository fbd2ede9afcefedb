# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The commented configuration and a small working one for each role.
