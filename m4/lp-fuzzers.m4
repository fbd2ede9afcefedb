# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# LP_FUZZERS
# --enable-fuzzers: tests/fuzz/fuzz_* become libFuzzer programs (clang only) in place of programs that
# replay their corpus. All objects are instrumented (LP_FUZZ_CFLAGS); only the fuzzers get libFuzzer's
# main (LP_FUZZ_LIBS). Goes well with --enable-sanitizers.
AC_DEFUN([LP_FUZZERS], [
	AC_ARG_ENABLE([fuzzers],
		[AS_HELP_STRING([--enable-fuzzers], [build the libFuzzer programs (clang)])],
		[lp_fuzzers=$enableval], [lp_fuzzers=no])
	LP_FUZZ_CFLAGS= LP_FUZZ_LIBS=
	AS_IF([test "$lp_fuzzers" != no], [
		LP_FUZZ_CFLAGS=-fsanitize=fuzzer-no-link
		LP_FUZZ_LIBS=-fsanitize=fuzzer
		LP_CHECK_INSTRUMENTATION([--enable-fuzzers], [$LP_FUZZ_CFLAGS])
	])
	AC_SUBST([LP_FUZZ_CFLAGS])
	AC_SUBST([LP_FUZZ_LIBS])
	AM_CONDITIONAL([ENABLE_FUZZERS], [test "$lp_fuzzers" != no])
])
