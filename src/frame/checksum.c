/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/checksum.h"

#include <string.h>

/* Two words in one register, on every CPU that has such. */
typedef uint64_t lanes __attribute__((vector_size(16)));

/*
 * One's complement addition does not mind the byte order (RFC 1071 section 2), so the words are
 * added as this machine has them and the result is stored the same way. Upper and lower halves are
 * added apart, so that nothing overflows, and two by two, so that no addition waits for the one
 * before.
 */
uint64_t lp_checksum_add(uint64_t sum, const uint8_t *data, size_t len)
{
	lanes low[2] = {0}, high[2] = {0};

	while (len >= sizeof(low)) {
		lanes words[2];

		memcpy(words, data, sizeof(words));
		low[0] += words[0] & 0xffffffff;
		low[1] += words[1] & 0xffffffff;
		high[0] += words[0] >> 32;
		high[1] += words[1] >> 32;
		data += sizeof(words);
		len -= sizeof(words);
	}
	low[0] += low[1] + high[0] + high[1];
	sum += low[0][0] + low[0][1];
	while (len >= 4) {
		uint32_t part;

		memcpy(&part, data, sizeof(part));
		sum += part;
		data += 4;
		len -= 4;
	}
	if (len > 0) {
		uint8_t rest[4] = {0};
		uint32_t part;

		memcpy(rest, data, len);
		memcpy(&part, rest, sizeof(part));
		sum += part;
	}
	return sum;
}

uint64_t lp_checksum_add_pseudo(uint64_t sum, const uint8_t *ip, uint8_t protocol, size_t l4_len)
{
	const uint8_t tail[8] = {
		(uint8_t)(l4_len >> 24),
		(uint8_t)(l4_len >> 16),
		(uint8_t)(l4_len >> 8),
		(uint8_t)l4_len,
		0,
		0,
		0,
		protocol,
	};

	if (ip[0] >> 4 == 4)
		sum = lp_checksum_add(sum, ip + 12, 8);
	else
		sum = lp_checksum_add(sum, ip + 8, 32);
	return lp_checksum_add(sum, tail, sizeof(tail));
}

static uint16_t fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

void lp_checksum_store_partial(uint8_t field[2], uint64_t sum)
{
	uint16_t value = fold(sum);

	memcpy(field, &value, sizeof(value));
}

void lp_checksum_store(uint8_t field[2], uint64_t sum)
{
	uint16_t value = (uint16_t)~fold(sum);

	memcpy(field, &value, sizeof(value));
}

void lp_checksum_store_nonzero(uint8_t field[2], uint64_t sum)
{
	uint16_t value = (uint16_t)~fold(sum);

	if (value == 0)
		value = 0xffff;
	memcpy(field, &value, sizeof(value));
}

bool lp_checksum_is_right(uint64_t sum)
{
	return fold(sum) == 0xffff;
}
