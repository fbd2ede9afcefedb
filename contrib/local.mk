# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One thing a folder, each with its README: EXTRA_DIST += contrib/<thing>
