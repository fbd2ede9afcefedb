# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# ngtcp2: connections and what they carry, without a socket or a clock.
