/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "frame/checksum.h"

#include <string.h>

/*
 * One's complement addition does not mind the byte order (RFC 1071 section 2), so the words are
 * added as this machine has them and the result is stored the same way. Two sums of halves that
 * cannot overflow leave the compiler and the CPU free to overlap the additions.
 */
uint64_t lp_checksum_add(uint64_t sum, const uint8_t *data, size_t len)
{
	uint64_t low = 0, high = 0;
	uint64_t word;

	while (len >= 16) {
		uint64_t other;

		memcpy(&word, data, sizeof(word));
		memcpy(&other, data + 8, sizeof(other));
		low += (uint32_t)word;
		high += word >> 32;
		low += (uint32_t)other;
		high += other >> 32;
		data += 16;
		len -= 16;
	}
	while (len >= 4) {
		uint32_t part;

		memcpy(&part, data, sizeof(part));
		low += part;
		data += 4;
		len -= 4;
	}
	if (len > 0) {
		uint8_t rest[4] = {0};
		uint32_t part;

		memcpy(rest, data, len);
		memcpy(&part, rest, sizeof(part));
		low += part;
	}
	return sum + low + high;
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
