/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/err.h"

const char *lp_err_text(enum lp_err err)
{
	switch (err) {
	case LP_OK:
		return "success";
	case LP_ERR_INVALID:
		return "not valid";
	case LP_ERR_TRUNCATED:
		return "incomplete";
	case LP_ERR_RANGE:
		return "out of range";
	case LP_ERR_TOO_LARGE:
		return "too large";
	case LP_ERR_NOT_FOUND:
		return "not found";
	case LP_ERR_EXISTS:
		return "already exists";
	case LP_ERR_BUSY:
		return "in use by somebody else";
	case LP_ERR_PERMISSION:
		return "permission denied";
	case LP_ERR_SYSTEM:
		return "refused by the operating system";
	case LP_ERR_AGAIN:
		return "nothing to do now";
	case LP_ERR_NOMEM:
		return "out of memory";
	case LP_ERR_CRYPTO:
		return "cryptographic check failed";
	case LP_ERR_QUIC:
		return "QUIC error";
	case LP_ERR_TRUST:
		return "the other side is not trusted";
	case LP_ERR_UNREACHABLE:
		return "unreachable";
	case LP_ERR_REJECTED:
		return "rejected by the other side";
	case LP_ERR_UNSUPPORTED:
		return "not supported";
	case LP_ERR_CLOSED:
		return "closed";
	case LP_ERR_TIMEOUT:
		return "timed out";
	}
	return "unknown error";
}
