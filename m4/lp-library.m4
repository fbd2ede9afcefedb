# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Looking for libraries with pkg-config, and one message about all that is missing.

m4_ifndef([PKG_PROG_PKG_CONFIG],
	[m4_fatal([pkg.m4 is missing: install pkg-config (Debian: apt-get install pkg-config)])])

# LP_LIBRARY(VARIABLE, PKG-CONFIG MODULE, DEBIAN PACKAGE)
# Sets VARIABLE_CFLAGS, VARIABLE_LIBS and lp_version_VARIABLE, or notes what is missing.
AC_DEFUN([LP_LIBRARY], [LP_LIBRARY_IF_([$1], [$2], [$3], [lp_missing], [:])])

# The same for what only `make check` needs: its absence is told, and the build goes on. The automake
# conditional HAVE_<VARIABLE> says how it went.
AC_DEFUN([LP_LIBRARY_FOR_TESTS], [
	LP_LIBRARY_IF_([$1], [$2], [$3], [lp_missing_for_tests], [lp_have_$1=yes])
	AM_CONDITIONAL([HAVE_$1], [test "x$lp_have_$1" = xyes])
])

AC_DEFUN([LP_LIBRARY_IF_], [
	AC_REQUIRE([PKG_PROG_PKG_CONFIG])
	# Named in --help and kept when the person gives them, pkg-config or not.
	AC_ARG_VAR([$1_CFLAGS], [C compiler flags for ]m4_bpatsubst([$2], [ .*]))
	AC_ARG_VAR([$1_LIBS], [linker flags for ]m4_bpatsubst([$2], [ .*]))
	AC_MSG_CHECKING([for $2])
	AS_IF(
		[test -n "$$1_LIBS"],
		[lp_version_$1="as given"; $5
		AC_MSG_RESULT([$$1_LIBS (given)])],
		[test -n "$PKG_CONFIG" && $PKG_CONFIG --exists "$2"],
		[lp_module=`AS_ECHO(["$2"]) | $SED 's/ .*//'`
		$1_CFLAGS=`$PKG_CONFIG --cflags "$lp_module"`
		$1_LIBS=`$PKG_CONFIG --libs "$lp_module"`
		lp_version_$1=`$PKG_CONFIG --modversion "$lp_module"`; $5
		AC_MSG_RESULT([$lp_version_$1])],
		[AC_MSG_RESULT([no])
		AS_VAR_APPEND([$4], ["
    m4_format([%-40s], [$2]) Debian package $3"])
		AS_VAR_APPEND([$4_packages], [" $3"])])
])

# Ends configure when something is missing that lanparty cannot be built without.
AC_DEFUN([LP_LIBRARIES_DONE], [
	AS_IF([test -z "$PKG_CONFIG"],
		[lp_missing="
    m4_format([%-40s], [pkg-config]) Debian package pkg-config, without which no library is found$lp_missing"
		lp_missing_packages=" pkg-config$lp_missing_packages"])
	AS_IF([test -n "$lp_missing"],
		[AC_MSG_ERROR([these are needed and were not found:
$lp_missing$lp_missing_for_tests

On Debian: apt-get install$lp_missing_packages$lp_missing_for_tests_packages])])
	AS_IF([test -n "$lp_missing_for_tests"],
		[lp_tests="not possible, missing:$lp_missing_for_tests"
		AC_MSG_WARN([the tests need what was not found:
$lp_missing_for_tests

On Debian: apt-get install$lp_missing_for_tests_packages])],
		[lp_tests="with cmocka $lp_version_CMOCKA"])
])
