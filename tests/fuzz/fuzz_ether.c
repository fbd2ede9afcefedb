/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The header of an Ethernet frame: what was read is what stands there, and the addresses survive
 * their way into text and back.
 */
#include "fuzz.h"

#include "frame/ether.h"

#include <string.h>

static void check_mac(const struct lp_mac *mac)
{
	char text[LP_MAC_TEXT_LEN];
	struct lp_mac back;

	CHECK(strlen(lp_mac_format(mac, text)) == LP_MAC_TEXT_LEN - 1);
	CHECK(lp_mac_parse(text, &back) == LP_OK && lp_mac_is_equal(mac, &back));
	CHECK(!lp_mac_is_identity(mac) || !lp_mac_is_group(mac));
}

/* The input as text too: what is taken for an address is printed as it was written. */
static void check_text(const uint8_t *data, size_t size)
{
	char text[LP_MAC_TEXT_LEN];
	struct lp_mac mac;
	char *input = malloc(size + 1);

	memcpy(input, data, size);
	input[size] = '\0';
	if (lp_mac_parse(input, &mac) == LP_OK) {
		CHECK(strlen(input) == LP_MAC_TEXT_LEN - 1);
		lp_mac_format(&mac, text);
		for (size_t i = 0; i < LP_MAC_TEXT_LEN - 1; i++)
			CHECK((input[i] | 0x20) == (text[i] | 0x20) ||
			      (input[i] == '-' && text[i] == ':'));
	}
	free(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lp_ether ether;

	if (size == 0)
		return 0;
	if (lp_ether_parse(data, size, &ether) == LP_OK) {
		CHECK(size >= LP_ETHER_HEADER_LEN);
		CHECK(memcmp(ether.dst.octet, data, LP_MAC_LEN) == 0);
		CHECK(memcmp(ether.src.octet, data + LP_MAC_LEN, LP_MAC_LEN) == 0);
		CHECK(ether.ethertype >> 8 == data[12] && (ether.ethertype & 0xff) == data[13]);
		check_mac(&ether.dst);
		check_mac(&ether.src);
	} else {
		CHECK(size < LP_ETHER_HEADER_LEN);
	}
	check_text(data, size);
	return 0;
}
