/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Error codes: every function that can fail returns one, results come by out-parameter.
 *
 * Codes of the operating system, GnuTLS and ngtcp2 are translated to these, and logged with their
 * own text, once, at the border of the folder that talks to them. The data path has no errors, only
 * verdicts (frame/verdict.h).
 */
#ifndef LP_BASE_ERR_H
#define LP_BASE_ERR_H

enum lp_err {
	LP_OK = 0,
	LP_ERR_INVALID = -1,   /* text, bytes or an argument that cannot be what it should be */
	LP_ERR_TRUNCATED = -2, /* more bytes are needed */
	LP_ERR_RANGE = -3,     /* well-formed, outside its bounds */
	LP_ERR_TOO_LARGE = -4, /* does not fit where it has to go */
	LP_ERR_NOT_FOUND = -5,
	LP_ERR_EXISTS = -6,
	LP_ERR_BUSY = -7, /* somebody else holds it: port, device, lock */
	LP_ERR_PERMISSION = -8,
	LP_ERR_SYSTEM = -9, /* the operating system refused; its text was logged */
	LP_ERR_AGAIN = -10, /* nothing to do now, later perhaps */
	LP_ERR_NOMEM = -11,
	LP_ERR_CRYPTO = -12, /* authentication or key material failed */
	LP_ERR_QUIC = -13,   /* ngtcp2 refused; its text was logged */
	LP_ERR_TRUST = -14,  /* the other side is not who it must be */
	LP_ERR_UNREACHABLE = -15,
	LP_ERR_REJECTED = -16,	  /* the other side said no */
	LP_ERR_UNSUPPORTED = -17, /* not on this platform, or not by this peer */
	LP_ERR_CLOSED = -18,
	LP_ERR_TIMEOUT = -19,
};

#define LP_MUST_CHECK __attribute__((warn_unused_result))

/*
 * The function takes a format as printf(3) does, and its values from argument `first` on (0 = a
 * va_list). C99 formats, whatever the C library of the system calls printf.
 */
#define LP_PRINTF(format_index, first) __attribute__((format(gnu_printf, format_index, first)))

/* A short lower-case description, never NULL. */
const char *lp_err_text(enum lp_err err);

#endif
