# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_SYSTEMD
# Where units, users and folders for systemd go. Unless said, below the prefix where there is a systemd
# to build for (its pkg-config file), else nowhere: systemd looks below /usr/local, too.
AC_DEFUN([LP_SYSTEMD], [
	LP_SYSTEMD_FOLDER_([systemdsystemunitdir], [units], [systemd/system])
	LP_SYSTEMD_FOLDER_([sysusersdir], [sysusers.d(5)], [sysusers.d])
	LP_SYSTEMD_FOLDER_([tmpfilesdir], [tmpfiles.d(5)], [tmpfiles.d])
	AM_CONDITIONAL([WITH_SYSTEMD], [test "x$systemdsystemunitdir" != x])
])

# LP_SYSTEMD_FOLDER_(OPTION, WHAT, BELOW PREFIX/lib)
AC_DEFUN([LP_SYSTEMD_FOLDER_], [
	AC_ARG_WITH([$1],
		[AS_HELP_STRING([--with-$1=DIR], [folder for systemd's $2 @<:@PREFIX/lib/$3@:>@])],
		[], [with_$1=auto])
	AS_CASE([$with_$1],
		[yes], [$1='${prefix}/lib/$3'],
		[no], [$1=],
		[auto], [AS_IF([test -n "$PKG_CONFIG" && $PKG_CONFIG --exists systemd],
			[$1='${prefix}/lib/$3'], [$1=])],
		[$1=$with_$1])
	AC_SUBST([$1])
])
