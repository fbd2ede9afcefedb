# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# The commands of lanpartyctl, in libbase.a: the tool links nothing of the daemon.
