# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What survives a restart.
