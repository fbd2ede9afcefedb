# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Relay, gateway and clients in one process, in simulated time over in-memory wires.
