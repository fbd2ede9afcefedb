/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/linux/rawif_filter.h"

#include "base/mem.h"

#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>

#define GROUP_BIT 0x01
#define SOURCE	  LP_MAC_LEN
#define PASS	  0x40000 /* bytes of the frame to keep: all */

static uint64_t mac_value(const uint8_t *octet)
{
	uint64_t value = 0;

	for (size_t i = 0; i < LP_MAC_LEN; i++)
		value = value << 8 | octet[i];
	return value;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void lp_rawif_macs_set(struct lp_rawif_macs *list, const struct lp_mac *macs, size_t mac_count)
{
	lp_rawif_macs_fini(list);
	if (mac_count == 0)
		return;
	list->mac = lp_alloc_array(mac_count, sizeof(*list->mac));
	list->mac_count = mac_count;
	for (size_t i = 0; i < mac_count; i++)
		list->mac[i] = mac_value(macs[i].octet);
	qsort(list->mac, mac_count, sizeof(*list->mac), compare);
}

void lp_rawif_macs_fini(struct lp_rawif_macs *list)
{
	free(list->mac);
	*list = (struct lp_rawif_macs){0};
}

static bool has(const struct lp_rawif_macs *list, const uint8_t *octet)
{
	uint64_t value = mac_value(octet);

	return bsearch(&value, list->mac, list->mac_count, sizeof(value), compare) != NULL;
}

bool lp_rawif_macs_match(const struct lp_rawif_macs *list, const uint8_t *frame)
{
	return list->mac_count > 0 && (has(list, frame) || has(list, frame + SOURCE));
}

static struct sock_filter statement(uint16_t code, uint32_t k)
{
	return (struct sock_filter){.code = code, .k = k};
}

static struct sock_filter jump(uint16_t code, uint32_t k, size_t if_true, size_t if_false)
{
	return (struct sock_filter){
		.code = code, .jt = (uint8_t)if_true, .jf = (uint8_t)if_false, .k = k};
}

size_t lp_rawif_filter_multicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS])
{
	program[0] = statement(BPF_LD | BPF_B | BPF_ABS, 0);
	program[1] = jump(BPF_JMP | BPF_JSET | BPF_K, GROUP_BIT, 0, 1);
	program[2] = statement(BPF_RET | BPF_K, PASS);
	program[3] = statement(BPF_RET | BPF_K, 0);
	return 4;
}

/* One comparison a MAC and direction, so that a full list costs a foreign frame some 40 ns. */
static size_t list_macs(struct sock_filter *program, const struct lp_rawif_macs *list, size_t at,
			size_t pass_at)
{
	for (size_t i = 0; i < list->mac_count; i++, at++)
		program[at] = jump(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)list->mac[i],
				   pass_at - at - 1, 0);
	return at;
}

/*
 * Frames of this host, by their source, are none of the LAN's. The kernel spares us our own, but
 * not all segments of a super-frame that it had to cut for us: only the last still says whose it
 * was.
 */
static size_t skip_outgoing(struct sock_filter *program, size_t at, size_t drop_at)
{
	program[at] = statement(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	program[at + 1] = jump(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, drop_at - at - 2, 0);
	return at + 2;
}

size_t lp_rawif_filter_unicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS],
			       const struct lp_rawif_macs *list, bool is_open)
{
	bool is_exact = !is_open && list->mac_count <= LP_RAWIF_FILTER_MACS;
	size_t count = is_exact ? list->mac_count : 0;
	size_t drop_at = is_exact ? 6 + 2 * count : 5;
	size_t pass_at = is_exact ? drop_at + 1 : 4;
	size_t at = 2;

	program[0] = statement(BPF_LD | BPF_B | BPF_ABS, 0);
	program[1] = jump(BPF_JMP | BPF_JSET | BPF_K, GROUP_BIT, drop_at - 2, 0);
	if (is_exact) {
		program[at++] = statement(BPF_LD | BPF_W | BPF_ABS, 2);
		at = list_macs(program, list, at, pass_at);
	}
	at = skip_outgoing(program, at, drop_at);
	if (is_exact) {
		program[at++] = statement(BPF_LD | BPF_W | BPF_ABS, SOURCE + 2);
		list_macs(program, list, at, pass_at);
	}
	program[drop_at] = statement(BPF_RET | BPF_K, 0);
	program[pass_at] = statement(BPF_RET | BPF_K, PASS);
	return LP_MAX(drop_at, pass_at) + 1;
}
