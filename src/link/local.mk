# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The overlay on one QUIC connection, the same at both ends.
