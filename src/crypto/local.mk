# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# GnuTLS: credentials, pins, sealing, digests.
