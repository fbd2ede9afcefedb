# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_SANITIZERS
# --enable-sanitizers[=LIST], address,undefined if no list is given: sets LP_SAN_CFLAGS, which the
# linker gets too. A finding ends the program, so that a test cannot pass over it.
AC_DEFUN([LP_SANITIZERS], [
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
			[build with sanitizers (address,undefined)])],
		[lp_sanitizers=$enableval], [lp_sanitizers=no])
	AS_IF([test "$lp_sanitizers" = yes], [lp_sanitizers=address,undefined])
	LP_SAN_CFLAGS=
	AS_IF([test "$lp_sanitizers" != no], [
		LP_SAN_CFLAGS="-fsanitize=$lp_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
		LP_CHECK_INSTRUMENTATION([--enable-sanitizers=$lp_sanitizers], [$LP_SAN_CFLAGS])
	])
	AC_SUBST([LP_SAN_CFLAGS])
])

# LP_CHECK_INSTRUMENTATION(SWITCH, FLAGS)
# What was asked for and cannot be had is an error here, not a puzzle at link time.
AC_DEFUN([LP_CHECK_INSTRUMENTATION], [
	AC_MSG_CHECKING([whether $CC can do $1])
	lp_saved_cflags=$CFLAGS
	CFLAGS="$CFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM],
		[AC_MSG_RESULT([yes])],
		[AC_MSG_RESULT([no])
		AC_MSG_ERROR([$CC cannot link with "$2", which $1 needs])])
	CFLAGS=$lp_saved_cflags
])
