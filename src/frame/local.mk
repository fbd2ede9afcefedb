# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Ethernet frames: the checked view, MAC addresses, the safety classifier.
