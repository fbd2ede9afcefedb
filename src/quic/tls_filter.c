/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "quic/tls_filter.h"

#include "base/mem.h"

/* RFC 8446 §4 */
#define CLIENT_HELLO	     1
#define SERVER_HELLO	     2 /* and HelloRetryRequest */
#define NEW_SESSION_TICKET   4
#define ENCRYPTED_EXTENSIONS 8
#define CERTIFICATE	     11
#define CERTIFICATE_REQUEST  13
#define CERTIFICATE_VERIFY   15
#define FINISHED	     20

#define BIT(type) (1U << (type))

static const uint32_t from_client[LP_TLS__SPACES] = {
	[LP_TLS_INITIAL] = BIT(CLIENT_HELLO),
	[LP_TLS_HANDSHAKE] = BIT(CERTIFICATE) | BIT(CERTIFICATE_VERIFY) | BIT(FINISHED),
	[LP_TLS_ONE_RTT] = 0,
};

static const uint32_t from_server[LP_TLS__SPACES] = {
	[LP_TLS_INITIAL] = BIT(SERVER_HELLO),
	[LP_TLS_HANDSHAKE] = BIT(ENCRYPTED_EXTENSIONS) | BIT(CERTIFICATE_REQUEST) |
			     BIT(CERTIFICATE) | BIT(CERTIFICATE_VERIFY) | BIT(FINISHED),
	[LP_TLS_ONE_RTT] = BIT(NEW_SESSION_TICKET),
};

/* One byte of a header. */
static bool take_header(struct lp_tls_reader *reader, uint32_t allowed, uint8_t byte)
{
	if (reader->is_finished)
		return false; /* the handshake is over: its keys are not for more */
	if (reader->header_len == 0 && (byte >= 32 || !(allowed & BIT(byte))))
		return false;
	reader->header[reader->header_len++] = byte;
	if (reader->header_len < sizeof(reader->header))
		return true;
	reader->header_len = 0;
	reader->left = (size_t)reader->header[1] << 16 | (size_t)reader->header[2] << 8 |
		       reader->header[3];
	reader->is_finished = reader->header[0] == FINISHED;
	return true;
}

bool lp_tls_filter_allows(struct lp_tls_filter *filter, bool is_server, enum lp_tls_space space,
			  const uint8_t *data, size_t len)
{
	struct lp_tls_reader *reader = &filter->readers[space];
	uint32_t allowed = is_server ? from_client[space] : from_server[space];
	while (len > 0) {
		size_t count = LP_MIN(len, reader->left);
		if (count == 0) {
			if (!take_header(reader, allowed, data[0]))
				return false;
			count = 1;
		} else {
			reader->left -= count;
		}
		data += count;
		len -= count;
	}
	return true;
}
