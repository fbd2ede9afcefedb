# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Errors, log, memory, containers: goes into libbase.a, for lanpartyctl too.
