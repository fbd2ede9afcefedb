#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# The demo does what it says: a stranger's first minute with this tree.
set -euo pipefail
"$(dirname "$0")/../../scripts/demo" --once
echo "shows R1 R2 R3 R4 G3 G4 G12 G23 K1 K2 K3 N1 N4"
