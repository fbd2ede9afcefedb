# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_WINDOWS
# For a mingw host: everything is linked statically, so that the programs need no DLL but Windows' own;
# before the libraries are looked for. Sets LP_SYSTEM_CPPFLAGS, LP_SYSTEM_LIBS and LP_STATIC, finds windres
# and wine, which runs the tests.
AC_DEFUN([LP_WINDOWS], [
	AC_REQUIRE([PKG_PROG_PKG_CONFIG])
	LP_SYSTEM_CPPFLAGS= LP_SYSTEM_LIBS= LP_STATIC=
	AS_IF([test $lp_host = windows], [
		PKG_CONFIG="$PKG_CONFIG --static"
		# Windows 10 is what Windows 11 calls itself; C99 formats; no macro "interface"; the libraries
		# are no DLLs.
		LP_SYSTEM_CPPFLAGS="-D_WIN32_WINNT=0x0A00 -DWIN32_LEAN_AND_MEAN -D__USE_MINGW_ANSI_STDIO=1"
		LP_SYSTEM_CPPFLAGS="$LP_SYSTEM_CPPFLAGS -DNGTCP2_STATICLIB -DLIBCONFIG_STATIC"
		LP_SYSTEM_LIBS="-liphlpapi -lsetupapi -lws2_32 -ladvapi32"
		LP_STATIC=-static
		AC_CHECK_TOOL([WINDRES], [windres])
		AC_CHECK_TOOL([WINDMC], [windmc])
		AS_IF([test -z "$WINDRES" || test -z "$WINDMC"],
			[AC_MSG_ERROR([windres and windmc are needed, for what Windows is told of the programs])])
		AC_CHECK_PROGS([WINE], [wine64 wine])
	])
	AC_SUBST([LP_SYSTEM_CPPFLAGS])
	AC_SUBST([LP_SYSTEM_LIBS])
	AC_SUBST([LP_STATIC])
])

# LP_PLACES
# Where things are when nobody says otherwise. %NAME% at the beginning is what that environment variable
# says.
AC_DEFUN([LP_PLACES], [
	AS_IF([test $lp_host = windows], [
		lp_conf_path="%ProgramData%/lanparty/lanparty.conf"
		lp_state_path="%ProgramData%/lanparty/state"
		lp_control_path="\\\\\\\\.\\\\pipe\\\\lanparty"
	], [
		lp_conf_path="/etc/lanparty.conf"
		lp_state_path="/var/lib/lanparty"
		lp_control_path="/run/lanparty/control.sock"
	])
	AC_DEFINE_UNQUOTED([LP_CONF_PATH], ["$lp_conf_path"], [The configuration.])
	AC_DEFINE_UNQUOTED([LP_STATE_PATH], ["$lp_state_path"], [What survives a restart.])
	AC_DEFINE_UNQUOTED([LP_CONTROL_PATH], ["$lp_control_path"], [The control socket, or pipe.])
])
