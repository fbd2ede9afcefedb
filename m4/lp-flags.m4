# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_PROBE_CFLAGS(VARIABLE, FLAGS)
# Appends each of FLAGS that the compiler takes without a word to VARIABLE.
AC_DEFUN([LP_PROBE_CFLAGS], [
	m4_foreach_w([lp_flag], [$2], [LP_PROBE_([$1], m4_quote(lp_flag), [CFLAGS], [AC_COMPILE_IFELSE])])
])

# LP_PROBE_LDFLAGS(VARIABLE, FLAGS)
# The same for flags of the linker.
AC_DEFUN([LP_PROBE_LDFLAGS], [
	m4_foreach_w([lp_flag], [$2], [LP_PROBE_([$1], m4_quote(lp_flag), [LDFLAGS], [AC_LINK_IFELSE])])
])

# -Werror makes clang's "unknown warning option" count as a no.
AC_DEFUN([LP_PROBE_], [
	AS_VAR_PUSHDEF([lp_cache], [lp_cv_[]m4_tolower([$3])_$2])
	AC_CACHE_CHECK([whether $CC takes $2], [lp_cache], [
		lp_saved_cflags=$CFLAGS lp_saved_ldflags=$LDFLAGS
		CFLAGS="$CFLAGS -Werror"
		$3="$[]$3 $2"
		$4([AC_LANG_PROGRAM], [AS_VAR_SET([lp_cache], [yes])], [AS_VAR_SET([lp_cache], [no])])
		CFLAGS=$lp_saved_cflags LDFLAGS=$lp_saved_ldflags
	])
	AS_VAR_IF([lp_cache], [yes], [AS_VAR_APPEND([$1], [" $2"])])
	AS_VAR_POPDEF([lp_cache])
])
