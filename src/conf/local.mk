# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# libconfig: the schema and the configuration that it gives.
