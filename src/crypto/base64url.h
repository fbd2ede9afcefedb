/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5): bytes as text. */
#ifndef LP_CRYPTO_BASE64URL_H
#define LP_CRYPTO_BASE64URL_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* Characters for len bytes, without the NUL. */
size_t lp_base64url_text_len(size_t len);

/* LP_ERR_TOO_LARGE if text_cap (with NUL) is too small. */
enum lp_err lp_base64url_encode(const uint8_t *data, size_t len, char *text,
				size_t text_cap) LP_MUST_CHECK;

/*
 * Decodes text_len characters. LP_ERR_INVALID for anything that lp_base64url_encode would not have
 * written, bits left over included, so that bytes have one text only. LP_ERR_TOO_LARGE over cap.
 */
enum lp_err lp_base64url_decode(const char *text, size_t text_len, uint8_t *data, size_t cap,
				size_t *len) LP_MUST_CHECK;

#endif
