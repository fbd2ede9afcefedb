# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Scenarios with the real programs in network namespaces; they need root.
