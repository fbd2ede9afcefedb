# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The control socket's requests and the state they show.
