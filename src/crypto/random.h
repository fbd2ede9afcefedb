/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Random bytes for keys, nonces, connection IDs: GnuTLS's generator. */
#ifndef LP_CRYPTO_RANDOM_H
#define LP_CRYPTO_RANDOM_H

#include <stddef.h>

/* Fills data; aborts if the generator fails. For secrets and nonces. */
void lp_random_secret(void *data, size_t len);

/* Unpredictable, cheaper; for what is public in the end (connection IDs, padding). */
void lp_random_public(void *data, size_t len);

#endif
