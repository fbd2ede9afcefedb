# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Figures against floors and others in one run; nothing of it is in make check.
