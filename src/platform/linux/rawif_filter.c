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

#define LEAF_WORDS 8
#define TO_THE_END UINT32_MAX /* a jump whose way is not known yet */

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

/* --- programs --- */

struct program {
	struct sock_filter *insn;
	size_t count;
};

static void add_jump(struct program *program, uint16_t code, uint32_t k, size_t if_true,
		     size_t if_false)
{
	program->insn[program->count++] = (struct sock_filter){
		.code = code, .jt = (uint8_t)if_true, .jf = (uint8_t)if_false, .k = k};
}

static void add(struct program *program, uint16_t code, uint32_t k)
{
	add_jump(program, code, k, 0, 0);
}

/* Ends the program here if the value that was loaded is (or has the bit) k. */
static void drop_if(struct program *program, uint16_t code, uint32_t k)
{
	add_jump(program, code, k, 0, 1);
	add(program, BPF_RET | BPF_K, 0);
}

size_t lp_rawif_filter_multicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS])
{
	struct program multicast = {program, 0};

	add(&multicast, BPF_LD | BPF_B | BPF_ABS, 0);
	add_jump(&multicast, BPF_JMP | BPF_JSET | BPF_K, GROUP_BIT, 0, 1);
	add(&multicast, BPF_RET | BPF_K, PASS);
	add(&multicast, BPF_RET | BPF_K, 0);
	return multicast.count;
}

/*
 * Passes the frame if the word that was loaded is among these, which are sorted; else goes on
 * behind it all. A search tree with a few comparisons at each end: conditional jumps reach 255
 * instructions, the others any.
 */
static void search(struct program *program, const uint32_t *word, size_t word_count)
{
	size_t half = word_count / 2;

	if (word_count <= LEAF_WORDS) {
		for (size_t i = 0; i < word_count; i++)
			add_jump(program, BPF_JMP | BPF_JEQ | BPF_K, word[i], word_count - i, 0);
		add(program, BPF_JMP | BPF_JA, TO_THE_END);
		add(program, BPF_RET | BPF_K, PASS);
		return;
	}
	add_jump(program, BPF_JMP | BPF_JGE | BPF_K, word[half], 0, 1);
	size_t jump = program->count;

	add(program, BPF_JMP | BPF_JA, 0);
	search(program, word, half);
	program->insn[jump].k = (uint32_t)(program->count - jump - 1);
	search(program, word + half, word_count - half);
}

static void pass_if_any(struct program *program, uint32_t offset, const uint32_t *word,
			size_t word_count)
{
	size_t first = program->count;

	if (word_count == 0)
		return;
	add(program, BPF_LD | BPF_W | BPF_ABS, offset);
	search(program, word, word_count);
	for (size_t i = first; i < program->count; i++) {
		struct sock_filter *insn = &program->insn[i];

		if (insn->code == (BPF_JMP | BPF_JA) && insn->k == TO_THE_END)
			insn->k = (uint32_t)(program->count - i - 1);
	}
}

static int compare_words(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

size_t lp_rawif_filter_unicast(struct sock_filter program[LP_RAWIF_FILTER_INSNS],
			       const struct lp_rawif_macs *list, bool is_open)
{
	struct program unicast = {program, 0};
	uint32_t word[LP_RAWIF_FILTER_MACS];
	bool is_exact = !is_open && list->mac_count <= LP_RAWIF_FILTER_MACS;
	size_t count = is_exact ? list->mac_count : 0;

	for (size_t i = 0; i < count; i++)
		word[i] = (uint32_t)list->mac[i];
	qsort(word, count, sizeof(*word), compare_words);
	add(&unicast, BPF_LD | BPF_B | BPF_ABS, 0);
	drop_if(&unicast, BPF_JMP | BPF_JSET | BPF_K, GROUP_BIT);
	pass_if_any(&unicast, 2, word, count);
	/*
	 * Frames of this host, by their source, are none of the LAN's. The kernel spares us our
	 * own, but not all segments of a GSO frame that it had to cut for us: only the last still
	 * says whose it was.
	 */
	add(&unicast, BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	drop_if(&unicast, BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING);
	pass_if_any(&unicast, SOURCE + 2, word, count);
	add(&unicast, BPF_RET | BPF_K, is_exact ? 0 : PASS);
	return unicast.count;
}
