# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The codecs: cursor, overlay datagram, pieces, control messages, budget.
