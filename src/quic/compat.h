/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The two ngtcp2 APIs that we build against: 0.12 (Debian 12) and 1.x (Debian 13). The code is
 * written for 1.x; here 0.12 learns its names.
 */
#ifndef LP_QUIC_COMPAT_H
#define LP_QUIC_COMPAT_H

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>
#include <string.h>

#if NGTCP2_VERSION_NUM < 0x010000

#define ngtcp2_ccerr			   ngtcp2_connection_close_error
#define ngtcp2_ccerr_default		   ngtcp2_connection_close_error_default
#define NGTCP2_CCERR_TYPE_APPLICATION	   NGTCP2_CONNECTION_CLOSE_ERROR_CODE_TYPE_APPLICATION
#define ngtcp2_ccerr_set_application_error ngtcp2_connection_close_error_set_application_error
#define ngtcp2_ccerr_set_liberr		   ngtcp2_connection_close_error_set_transport_error_liberr
#define ngtcp2_ccerr_set_tls_alert	   ngtcp2_connection_close_error_set_transport_error_tls_alert
#define ngtcp2_conn_in_closing_period	   ngtcp2_conn_is_in_closing_period
#define ngtcp2_conn_in_draining_period	   ngtcp2_conn_is_in_draining_period
#define ngtcp2_conn_info		   ngtcp2_conn_stat
#define ngtcp2_encryption_level		   ngtcp2_crypto_level
#define ngtcp2_conn_get_conn_info	   ngtcp2_conn_get_conn_stat
#define NGTCP2_ENCRYPTION_LEVEL_INITIAL	   NGTCP2_CRYPTO_LEVEL_INITIAL
#define NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE  NGTCP2_CRYPTO_LEVEL_HANDSHAKE
#define NGTCP2_ENCRYPTION_LEVEL_1RTT	   NGTCP2_CRYPTO_LEVEL_APPLICATION

/* See quic/late_ack.h. */
#define LP_COMPAT_FORGETS_LARGEST true

/* What the path_validation callback has between its path and its result. */
#define LP_COMPAT_OLD_PATH

static inline void lp_compat_get_ccerr(ngtcp2_conn *conn, ngtcp2_ccerr *out)
{
	ngtcp2_conn_get_connection_close_error(conn, out);
}

static inline void lp_compat_set_token(ngtcp2_settings *settings, const ngtcp2_pkt_hd *hd)
{
	settings->token = hd->token;
}

static inline const uint8_t *lp_compat_token(const ngtcp2_pkt_hd *hd, size_t *len)
{
	*len = hd->token.len;
	return hd->token.base;
}

static inline void lp_compat_set_original_dcid(ngtcp2_transport_params *params,
					       const ngtcp2_cid *dcid)
{
	params->original_dcid = *dcid;
}

static inline size_t lp_compat_scid_count(ngtcp2_conn *conn)
{
	return ngtcp2_conn_get_num_scid(conn);
}

#else

#define LP_COMPAT_FORGETS_LARGEST false

#define LP_COMPAT_OLD_PATH const ngtcp2_path *old_path __attribute__((unused)),

static inline void lp_compat_get_ccerr(ngtcp2_conn *conn, ngtcp2_ccerr *out)
{
	*out = *ngtcp2_conn_get_ccerr(conn);
}

static inline void lp_compat_set_token(ngtcp2_settings *settings, const ngtcp2_pkt_hd *hd)
{
	settings->token = hd->token;
	settings->tokenlen = hd->tokenlen;
	settings->token_type = NGTCP2_TOKEN_TYPE_RETRY;
}

static inline const uint8_t *lp_compat_token(const ngtcp2_pkt_hd *hd, size_t *len)
{
	*len = hd->tokenlen;
	return hd->token;
}

static inline void lp_compat_set_original_dcid(ngtcp2_transport_params *params,
					       const ngtcp2_cid *dcid)
{
	params->original_dcid = *dcid;
	params->original_dcid_present = 1;
}

static inline size_t lp_compat_scid_count(ngtcp2_conn *conn)
{
	return ngtcp2_conn_get_scid(conn, NULL);
}

#endif

#endif
