# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_HARDENING
# Sets LP_HARDEN_CPPFLAGS, _CFLAGS and _LDFLAGS. On by default: these programs read what strangers
# send them.
AC_DEFUN([LP_HARDENING], [
	AC_ARG_ENABLE([hardening],
		[AS_HELP_STRING([--disable-hardening], [build without the compiler's hardening])],
		[lp_hardening=$enableval], [lp_hardening=yes])
	LP_HARDEN_CPPFLAGS= LP_HARDEN_CFLAGS= LP_HARDEN_LDFLAGS=
	AS_IF([test "$lp_hardening" != no], [
		LP_PROBE_LDFLAGS([LP_HARDEN_CFLAGS],
			[-fstack-protector-strong -fstack-clash-protection])
		LP_PROBE_CFLAGS([LP_HARDEN_CFLAGS], [-fcf-protection])
		LP_HARDENING_FORTIFY_
		AS_IF([test $lp_host = linux], [
			LP_PROBE_CFLAGS([LP_HARDEN_CFLAGS], [-fPIE])
			LP_PROBE_LDFLAGS([LP_HARDEN_LDFLAGS], [-pie -Wl,-z,relro,-z,now])
		], [
			LP_PROBE_LDFLAGS([LP_HARDEN_LDFLAGS],
				[-Wl,--dynamicbase -Wl,--high-entropy-va -Wl,--nxcompat])
		])
	])
	AC_SUBST([LP_HARDEN_CPPFLAGS])
	AC_SUBST([LP_HARDEN_CFLAGS])
	AC_SUBST([LP_HARDEN_LDFLAGS])
])

# _FORTIFY_SOURCE only warns without optimisation, and hides from a sanitizer the very calls that it
# watches. A level that the person or the distribution chose is left alone.
AC_DEFUN([LP_HARDENING_FORTIFY_], [
	AC_CACHE_CHECK([whether _FORTIFY_SOURCE is of use and not set yet], [lp_cv_fortify], [
		AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
			#if !defined(__OPTIMIZE__) || defined(_FORTIFY_SOURCE)
			#error "not here"
			#endif
			int unused;
		]])], [lp_cv_fortify=yes], [lp_cv_fortify=no])
	])
	AS_IF([test $lp_cv_fortify = yes && test -z "$LP_SAN_CFLAGS"],
		[LP_HARDEN_CPPFLAGS="-D_FORTIFY_SOURCE=2"])
])
