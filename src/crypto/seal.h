/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Sealed text: what we give to somebody to keep for us (resume tickets). AES-256-GCM, random nonce,
 * base64url without padding, so that it can stand in JSON and files.
 */
#ifndef LP_CRYPTO_SEAL_H
#define LP_CRYPTO_SEAL_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define LP_SEAL_KEY_LEN 32

/* Binds `purpose` in as associated data. LP_ERR_TOO_LARGE if text_cap (with NUL) is too small. */
enum lp_err lp_seal(const uint8_t key[LP_SEAL_KEY_LEN], const char *purpose, const void *data,
		    size_t len, char *text, size_t text_cap) LP_MUST_CHECK;

/* LP_ERR_CRYPTO for anything that this key did not seal for this purpose. */
enum lp_err lp_unseal(const uint8_t key[LP_SEAL_KEY_LEN], const char *purpose, const char *text,
		      void *data, size_t cap, size_t *len) LP_MUST_CHECK;

#endif
