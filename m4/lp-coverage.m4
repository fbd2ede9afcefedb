# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_COVERAGE
# --enable-coverage: sets LP_COV_CFLAGS, which the linker gets too. `make check`, then gcov or gcovr.
AC_DEFUN([LP_COVERAGE], [
	AC_ARG_ENABLE([coverage],
		[AS_HELP_STRING([--enable-coverage], [count which lines the tests run])],
		[lp_coverage=$enableval], [lp_coverage=no])
	LP_COV_CFLAGS=
	AS_IF([test "$lp_coverage" != no], [
		LP_COV_CFLAGS=--coverage
		LP_CHECK_INSTRUMENTATION([--enable-coverage], [$LP_COV_CFLAGS])
		# An optimiser moves lines about, and behind AM_CFLAGS only CFLAGS can undo its -O2.
		CFLAGS="$CFLAGS -O0"
	])
	AC_SUBST([LP_COV_CFLAGS])
])
