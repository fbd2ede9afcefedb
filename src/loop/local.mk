# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# libevent: the loop, timers, signals, the UDP endpoint's batches.
