# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# What waits to be sent: frame pool, queues, token buckets.
