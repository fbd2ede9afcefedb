# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_WARNINGS
# Sets LP_WARN_CFLAGS to the warnings that this compiler knows. They are never errors, unless
# --enable-werror (scripts/check) says so: another compiler's opinion should stop no packager.
AC_DEFUN([LP_WARNINGS], [
	AC_ARG_ENABLE([werror],
		[AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
		[lp_werror=$enableval], [lp_werror=no])
	LP_WARN_CFLAGS=
	LP_PROBE_CFLAGS([LP_WARN_CFLAGS], [
		-Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes
		-Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wvla -Wundef])
	AS_IF([test "$lp_werror" != no], [LP_WARN_CFLAGS="$LP_WARN_CFLAGS -Werror"])
	AC_SUBST([LP_WARN_CFLAGS])
])
