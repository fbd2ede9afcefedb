/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/addrprobe.h"

#include "base/clock.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct lp_addrprobe_subject subject; /* without an address: the entry is not in use */
	unsigned question_count;
	uint64_t every_ns;
	uint64_t ask_ns; /* the next question */
	uint64_t end_ns;
	bool is_closed; /* only frames are left of it */
	size_t held_count;
};

struct lp_addrprobe {
	struct entry entry[LP_ADDRPROBE_MAX];
	struct lp_addrprobe_frame held[LP_ADDRPROBE_MAX][LP_ADDRPROBE_HELD_MAX];
	struct lp_bucket all;
	uint64_t due_ns;
};

struct lp_addrprobe *lp_addrprobe_new(uint64_t now)
{
	struct lp_addrprobe *probe = lp_alloc(sizeof(*probe));

	lp_bucket_init(&probe->all, LP_ADDRPROBE_PER_S, LP_ADDRPROBE_BURST, now);
	probe->due_ns = LP_NEVER;
	return probe;
}

void lp_addrprobe_free(struct lp_addrprobe *probe)
{
	free(probe);
}

static uint64_t due_of(const struct entry *entry)
{
	if (entry->subject.ip_len == 0)
		return LP_NEVER;
	if (entry->is_closed)
		return 0;
	return entry->question_count < LP_ADDRPROBE_QUESTIONS ? entry->ask_ns : entry->end_ns;
}

static void find_due(struct lp_addrprobe *probe)
{
	probe->due_ns = LP_NEVER;
	for (size_t i = 0; i < LP_ADDRPROBE_MAX; i++)
		probe->due_ns = LP_MIN(probe->due_ns, due_of(&probe->entry[i]));
}

static struct entry *find(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len)
{
	/* Nothing is due: nothing is asked. That is so nearly always. */
	if (probe->due_ns == LP_NEVER)
		return NULL;
	for (size_t i = 0; i < LP_ADDRPROBE_MAX; i++) {
		struct entry *entry = &probe->entry[i];

		if (entry->subject.ip_len == ip_len && !entry->is_closed &&
		    memcmp(entry->subject.ip, ip, ip_len) == 0)
			return entry;
	}
	return NULL;
}

static struct entry *find_room(struct lp_addrprobe *probe)
{
	for (size_t i = 0; i < LP_ADDRPROBE_MAX; i++) {
		if (probe->entry[i].subject.ip_len == 0)
			return &probe->entry[i];
	}
	return NULL;
}

bool lp_addrprobe_begin(struct lp_addrprobe *probe, const struct lp_addrprobe_subject *subject,
			bool is_asked, struct lp_bucket *budget, uint64_t now)
{
	unsigned factor = lp_mac_is_zero(&subject->owner) ? 1 : LP_ADDRPROBE_OWNER_FACTOR;
	struct entry *entry;

	if (find(probe, subject->ip, subject->ip_len))
		return true;
	entry = find_room(probe);
	if (!entry || !lp_bucket_take(budget, 1, now) || !lp_bucket_take(&probe->all, 1, now))
		return false;
	*entry = (struct entry){
		.subject = *subject,
		.question_count = is_asked,
		.every_ns = factor * LP_ADDRPROBE_EVERY_NS,
		.ask_ns = is_asked ? now + factor * LP_ADDRPROBE_EVERY_NS : now,
		.end_ns = now + factor * LP_ADDRPROBE_WAIT_NS,
	};
	find_due(probe);
	return true;
}

unsigned lp_addrprobe_questions(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len)
{
	const struct entry *entry = find(probe, ip, ip_len);

	return entry ? entry->question_count : 0;
}

void lp_addrprobe_hold(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len,
		       uint16_t peer_id, const uint8_t *frame, size_t len)
{
	struct entry *entry = find(probe, ip, ip_len);
	struct lp_addrprobe_frame *held;

	if (!entry || entry->held_count == LP_ADDRPROBE_HELD_MAX || len > LP_ADDRPROBE_FRAME_MAX)
		return;
	held = &probe->held[entry - probe->entry][entry->held_count++];
	held->peer_id = peer_id;
	held->len = len;
	memcpy(held->data, frame, len);
}

void lp_addrprobe_answer(struct lp_addrprobe *probe, const uint8_t *ip, size_t ip_len)
{
	struct entry *entry = find(probe, ip, ip_len);

	if (!entry)
		return;
	entry->subject.ip_len = 0;
	find_due(probe);
}

void lp_addrprobe_clear(struct lp_addrprobe *probe)
{
	memset(probe->entry, 0, sizeof(probe->entry));
	probe->due_ns = LP_NEVER;
}

unsigned lp_addrprobe_ask(struct lp_addrprobe *probe, struct lp_addrprobe_subject *subject,
			  uint64_t now)
{
	if (now < probe->due_ns)
		return 0;
	for (size_t i = 0; i < LP_ADDRPROBE_MAX; i++) {
		struct entry *entry = &probe->entry[i];

		if (entry->subject.ip_len == 0 || entry->is_closed || now < entry->ask_ns ||
		    entry->question_count == LP_ADDRPROBE_QUESTIONS)
			continue;
		entry->question_count++;
		/* After a stall too, there is time for an answer to each. */
		entry->ask_ns = now + entry->every_ns;
		entry->end_ns = LP_MAX(entry->end_ns, entry->ask_ns);
		find_due(probe);
		*subject = entry->subject;
		return entry->question_count;
	}
	return 0;
}

bool lp_addrprobe_close(struct lp_addrprobe *probe, struct lp_addrprobe_subject *subject,
			uint64_t now)
{
	if (now < probe->due_ns)
		return false;
	for (size_t i = 0; i < LP_ADDRPROBE_MAX; i++) {
		struct entry *entry = &probe->entry[i];

		if (entry->subject.ip_len == 0 || entry->is_closed || now < entry->end_ns ||
		    entry->question_count < LP_ADDRPROBE_QUESTIONS)
			continue;
		*subject = entry->subject;
		entry->is_closed = true;
		if (entry->held_count == 0)
			entry->subject.ip_len = 0;
		find_due(probe);
		return true;
	}
	return false;
}

/* The first that came goes first, of each address. */
static void shift(struct lp_addrprobe_frame *held, size_t count)
{
	memmove(held, held + 1, (count - 1) * sizeof(*held));
}

bool lp_addrprobe_release(struct lp_addrprobe *probe, struct lp_addrprobe_frame *frame)
{
	for (size_t i = 0; i < LP_ADDRPROBE_MAX && probe->due_ns == 0; i++) {
		struct entry *entry = &probe->entry[i];

		if (entry->subject.ip_len == 0 || !entry->is_closed)
			continue;
		*frame = probe->held[i][0];
		shift(probe->held[i], entry->held_count);
		if (--entry->held_count == 0) {
			entry->subject.ip_len = 0;
			find_due(probe);
		}
		return true;
	}
	return false;
}

uint64_t lp_addrprobe_deadline(const struct lp_addrprobe *probe)
{
	return probe->due_ns;
}
