/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* What the hostile peer says: every frame of RFC 9000 §19 and RFC 9221 §4, at the edges. */

#include "hostile.h"

#include "base/mem.h"
#include "quic/conn.h"

#include <string.h>

uint8_t hostile_choose(struct hostile_choice *choice)
{
	if (choice->len == 0)
		return 0;
	choice->len--;
	return *choice->data++;
}

/* The fields of each frame: i an integer, s one of few, l a length with its bytes, 8 and r as many
 * bytes (16), c a connection ID with its length, a the ranges of an ACK. */
static const struct kind {
	uint64_t type;
	const char *fields;
} kinds[HOSTILE_FRAME_KINDS] = {
	{0x00, ""},	{0x01, ""},	  {0x02, "nia"}, {0x03, "niaiii"}, {0x04, "sii"},
	{0x05, "si"},	{0x06, "il"},	  {0x07, "l"},	 {0x08, "sx"},	   {0x09, "sx"},
	{0x0a, "sl"},	{0x0b, "sl"},	  {0x0c, "six"}, {0x0d, "six"},	   {0x0e, "sil"},
	{0x0f, "sil"},	{0x10, "i"},	  {0x11, "si"},	 {0x12, "i"},	   {0x13, "i"},
	{0x14, "i"},	{0x15, "si"},	  {0x16, "i"},	 {0x17, "i"},	   {0x18, "sscr"},
	{0x19, "s"},	{0x1a, "8"},	  {0x1b, "8"},	 {0x1c, "iil"},	   {0x1d, "il"},
	{0x1e, ""},	{0x30, "x"},	  {0x31, "l"},	 {0x1f, ""},	   {0x2f, "i"},
	{0xaf, "iiii"}, {0x3fffffff, ""}, {0x06, "tl"},	 {0x0e, "stl"},	   {0x18, "sscr"},
};

struct writer {
	uint8_t *out;
	size_t len;
	size_t room;
};

static void put(struct writer *writer, const void *data, size_t len)
{
	len = LP_MIN(len, writer->room - writer->len);
	memcpy(writer->out + writer->len, data, len);
	writer->len += len;
}

/* As short as it goes (§16). */
static void put_int(struct writer *writer, uint64_t value)
{
	unsigned shift = value < 64 ? 0 : value < 16384 ? 1 : value < (1ULL << 30) ? 2 : 3;
	size_t len = (size_t)1 << shift;
	uint8_t bytes[8];
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
	bytes[0] = (uint8_t)((bytes[0] & 0x3f) | shift << 6);
	put(writer, bytes, len);
}

static uint64_t edge(const struct hostile *hostile, enum hostile_space space, uint8_t pick)
{
	static const uint64_t edges[] = {0,
					 1,
					 2,
					 3,
					 4,
					 5,
					 7,
					 63,
					 64,
					 1199,
					 1200,
					 16383,
					 16384,
					 65534,
					 65535,
					 65536,
					 65537,
					 1ULL << 20,
					 1ULL << 30,
					 1ULL << 32,
					 1ULL << 60,
					 (1ULL << 60) + 1,
					 (1ULL << 62) - 2,
					 (1ULL << 62) - 1,
					 1000,
					 100};
	uint64_t largest = hostile->largest[space];
	switch (pick % HOSTILE_EDGES) {
	case 26:
		return largest;
	case 27:
		return largest + 1;
	case 28:
		return largest > 0 ? largest - 1 : 0;
	case 29:
		return largest / 2;
	case 30:
		return hostile->crypto_len[space];
	case 31:
		return pick;
	default:
		return edges[pick % HOSTILE_EDGES];
	}
}

static void put_bytes(struct writer *writer, size_t len, struct hostile_choice *choice)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = hostile_choose(choice);
		put(writer, &byte, 1);
	}
}

/* Data behind its length; now and then the length tells of more than there is. */
static void put_data(struct writer *writer, struct hostile_choice *choice, bool has_len)
{
	static const uint16_t lens[] = {0, 1, 2, 4, 5, 8, 20, 64, 200, 600, 1000, 3};
	uint8_t pick = hostile_choose(choice);
	size_t len = lens[pick % LP_ARRAY_COUNT(lens)];
	len = LP_MIN(len, writer->room - writer->len > 8 ? writer->room - writer->len - 8 : 0);
	if (has_len)
		put_int(writer, pick >= 250 ? len + 1 + (uint64_t)(pick - 250) * 3000 : len);
	size_t chosen = LP_MIN(len, (size_t)8);
	put_bytes(writer, chosen, choice);
	uint8_t rest[1024] = {0};
	put(writer, rest, len - chosen);
}

static void put_field(const struct hostile *hostile, enum hostile_space space, char field,
		      struct hostile_choice *choice, struct writer *writer)
{
	uint8_t pick = 0;
	if (strchr("insatc", field))
		pick = hostile_choose(choice);
	switch (field) {
	case 'i':
		put_int(writer, edge(hostile, space, pick));
		break;
	case 'n': /* mostly what there is */
		put_int(writer,
			pick < 128 && pick ? hostile->largest[space] : edge(hostile, space, pick));
		break;
	case 't': /* in order, or nearly */
		put_int(writer, hostile->stream_rx + pick % 8);
		break;
	case 's': /* a stream, a sequence number */
		put_int(writer, pick < 224 ? pick % 16 : edge(hostile, space, pick));
		break;
	case 'l':
	case 'x':
		put_data(writer, choice, field == 'l');
		break;
	case '8':
		if (hostile_choose(choice) & 1)
			put(writer, hostile->challenge, 8);
		else
			put_bytes(writer, 8, choice);
		break;
	case 'r':
		put_bytes(writer, 16, choice);
		break;
	case 'c': { /* an ID of its own, its length at an edge */
		uint8_t cid[21] = {'c', 'i', 'd', hostile_choose(choice)};
		uint8_t len = pick < 200 ? 8 : pick % 23;
		put(writer, &len, 1);
		put(writer, cid, LP_MIN(len, sizeof(cid)));
		break;
	}
	default: /* the ranges: their number, the first, gaps and lengths */
		put_int(writer, pick < 240 ? pick % 8U : edge(hostile, space, pick));
		uint8_t first = hostile_choose(choice);
		put_int(writer,
			first < 128 ? hostile->largest[space] : edge(hostile, space, first));
		for (unsigned i = 0; i < 2U * (pick % 8U); i++)
			put_int(writer, edge(hostile, space, hostile_choose(choice)));
	}
}

/* A frame that breaks no rule: so the connection lives, and the states behind it are reached. */
static size_t gentle_frame(struct hostile *hostile, struct hostile_choice *choice, uint8_t *out,
			   size_t room)
{
	struct writer writer = {.out = out, .room = room};
	uint8_t pick = hostile_choose(choice);
	uint8_t more = hostile_choose(choice);
	uint64_t largest = hostile->largest[HOSTILE_ONE_RTT];
	uint8_t bytes[64] = {1, more};
	switch (pick % 14) {
	case 0:
	case 1: /* the last few were seen, with a hole */
		put_int(&writer, 0x02);
		put_int(&writer, largest);
		put_int(&writer, more);
		put_int(&writer, largest > 40 ? 1 : 0);
		put_int(&writer, largest > 40 ? more % 16U : 0);
		if (largest > 40) {
			put_int(&writer, more % 3U);
			put_int(&writer, more % 5U);
		}
		break;
	case 2:
		put_int(&writer, 0x1a);
		put(&writer, bytes, 8);
		break;
	case 3:
		put_int(&writer, 0x1b);
		put(&writer, more & 1 ? hostile->challenge : bytes, 8);
		break;
	case 4: /* a new ID, the ones before are to go */
		put_int(&writer, 0x18);
		put_int(&writer, ++hostile->next_cid_seq);
		put_int(&writer, hostile->next_cid_seq - (more & 1 && hostile->next_cid_seq > 1));
		bytes[0] = 8;
		memcpy(bytes + 1, &hostile->next_cid_seq, 8);
		put(&writer, bytes, 9);
		put(&writer, bytes, 16);
		break;
	case 5: /* one of the victim's goes */
		put_int(&writer, 0x19);
		put_int(&writer, hostile->next_retired > 0 ? more % hostile->next_retired : 0);
		break;
	case 6:
	case 7:
		put_int(&writer, 0x31);
		put_int(&writer, more % 60U);
		put(&writer, bytes, more % 60U);
		break;
	case 8: /* the control stream, with holes and overlaps */
		put_int(&writer, 0x0e);
		put_int(&writer, hostile->is_relay ? 0 : 0);
		put_int(&writer, hostile->stream_rx + more % 64U * 3);
		put_int(&writer, pick % 40U);
		put(&writer, bytes, pick % 40U);
		break;
	case 9:
		put_int(&writer, 0x10);
		put_int(&writer, edge(hostile, HOSTILE_ONE_RTT, more));
		break;
	case 10:
		put_int(&writer, 0x12 + (more & 1));
		put_int(&writer, more % 64U);
		break;
	case 11:
		put_int(&writer, 0x14);
		put_int(&writer, edge(hostile, HOSTILE_ONE_RTT, more));
		break;
	case 12: /* again what TLS has had, or a ping */
		put_int(&writer, 0x01);
		break;
	default:
		put_int(&writer, 0x00);
	}
	return writer.len;
}

size_t hostile_frame(const struct hostile *hostile, enum hostile_space space, unsigned kind,
		     struct hostile_choice *choice, uint8_t *out, size_t room)
{
	struct writer writer = {.out = out, .room = room};
	const struct kind *what = &kinds[kind % HOSTILE_FRAME_KINDS];
	put_int(&writer, what->type);
	for (const char *field = what->fields; *field; field++)
		put_field(hostile, space, *field, choice, &writer);
	return writer.len;
}

/* --- rows of packets --- */

/* What a choice may do with a packet. */
#define IS_ELSEWHERE 0x04
#define TIME_GOES    0x08
#define IS_COALESCED 0x10
#define IS_RAW	     0x20
#define IS_ODD	     0x40
#define IS_FLOW	     0x80

static const uint32_t waits_us[16] = {0,       10,	100,	1000,	10000,	20000,
				      30000,   60000,	150000, 300000, 600000, 1100000,
				      3000000, 9000000, 1000,	30};

static size_t choose_frames(struct hostile *hostile, enum hostile_space space, unsigned what,
			    struct hostile_choice *choice, uint8_t *out, size_t room)
{
	size_t len = 0;
	unsigned pick = hostile_choose(choice);
	if (what & IS_RAW) {
		for (len = 0; len < pick % 64; len++)
			out[len] = hostile_choose(choice);
		return len;
	}
	for (unsigned i = 0; i <= pick % 4; i++)
		len += hostile->is_gentle && space == HOSTILE_ONE_RTT
			       ? gentle_frame(hostile, choice, out + len, room - len)
			       : hostile_frame(hostile, space, hostile_choose(choice), choice,
					       out + len, room - len);
	if ((pick & 0xe0) == 0xe0 && !hostile->is_gentle) /* the same, as often as there is room */
		for (size_t unit = len; unit > 0 && len + unit <= room; len += unit)
			memcpy(out + len, out, unit);
	return len;
}

static void choose_oddity(struct hostile *hostile, struct hostile_choice *choice,
			  struct hostile_packet *packet)
{
	static const int64_t offsets[] = {0, 1, 2, 100, 70000, -1, -2, -5};
	uint8_t odd = hostile_choose(choice);
	packet->number_offset = offsets[odd & 7];
	packet->is_for_first_cid = odd & 8;
	packet->is_flipped = (odd & 0x30) == 0x10;
	if ((odd & 0x30) == 0x20)
		hostile_update_keys(hostile);
	packet->reserved = odd >= 0xf0 && !hostile->is_gentle ? odd & 3 : 0;
}

void hostile_play(struct hostile *hostile, struct hostile_choice *choice)
{
	uint8_t datagram[HOSTILE_PACKET_MAX];
	size_t datagram_len = 0;
	while (choice->len > 0) {
		uint8_t frames[1160] = {0};
		unsigned what = hostile_choose(choice);
		struct hostile_packet packet = {.frames = frames};
		packet.space = (what & 3) < 2 ? (enum hostile_space)(what & 3) : HOSTILE_ONE_RTT;
		if (!hostile->tx[packet.space].is_set)
			packet.space = HOSTILE_INITIAL;
		if (what & TIME_GOES)
			hostile_wait(
				hostile,
				waits_us[hostile_choose(choice) % (hostile->is_gentle ? 11 : 16)] *
					1000ULL);
		unsigned address = what & IS_ELSEWHERE ? hostile_choose(choice) % 5 : 0;
		if (hostile->is_gentle) {
			packet.space = HOSTILE_ONE_RTT;
			what &= ~(unsigned)IS_RAW;
		}
		if (what & IS_ODD)
			choose_oddity(hostile, choice, &packet);
		if (what & IS_FLOW && hostile->conn) {
			hostile->is_talking = true;
			lp_conn_send_stream(hostile->conn, frames, 40);
		}
		packet.len = choose_frames(hostile, packet.space, what, choice, frames,
					   sizeof(frames) - datagram_len * 3 / 4);
		if (packet.space == HOSTILE_INITIAL && !(what & IS_COALESCED) && datagram_len == 0)
			packet.len = sizeof(frames);
		datagram_len += hostile_seal(hostile, &packet, datagram + datagram_len,
					     sizeof(datagram) - datagram_len);
		if (what & IS_COALESCED && choice->len > 0 && datagram_len < 1000)
			continue;
		hostile_give(hostile, datagram, datagram_len, address);
		datagram_len = 0;
		if (lp_endpoint_conn_count(hostile->victim) == 0)
			return;
	}
}
