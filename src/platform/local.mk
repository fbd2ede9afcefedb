# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One header per service of the operating system; the folder that implements it is chosen here. What
# lanpartyctl needs goes into libbase.a, the rest into liblanparty.a.

if HOST_LINUX
endif HOST_LINUX

if HOST_WINDOWS
endif HOST_WINDOWS
