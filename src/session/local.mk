# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What gateway and client share.
