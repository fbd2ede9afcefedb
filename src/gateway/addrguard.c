/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "gateway/addrguard.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct lp_addrguard {
	bool is_asking;		    /* the LAN, for what is not known */
	struct lp_addrtable *used;  /* by machines of the LAN */
	struct lp_addrtable *asked; /* "is it free?": for those who want no others to answer */
	struct lp_addrtable *free;  /* for a player: nobody of the LAN had it */
	struct lp_addrtable *own;   /* of this machine, and its router */
	struct lp_addrtable *named; /* by the LAN, as its router or DHCP server; by who named it */
	struct lp_addrtable *infra; /* of these, those that have answered */
	struct lp_addrprobe *probe;
	struct lp_bucket lan_budget;
};

static const struct lp_mac nobody;

struct lp_addrguard *lp_addrguard_new(uint64_t now)
{
	struct lp_addrguard *guard = lp_alloc(sizeof(*guard));

	guard->is_asking = true;
	guard->used =
		lp_addrtable_new(LP_ADDRGUARD_MAX, LP_ADDRGUARD_LAN_MAC_MAX, LP_ADDRGUARD_AGE_NS);
	guard->asked =
		lp_addrtable_new(LP_ADDRGUARD_MAX, LP_ADDRGUARD_LAN_MAC_MAX, LP_ADDRGUARD_ASK_NS);
	guard->free =
		lp_addrtable_new(LP_ADDRGUARD_MAX, LP_ADDRGUARD_PLAYER_MAX, LP_ADDRGUARD_FREE_NS);
	guard->own = lp_addrtable_new(LP_ADDRGUARD_INFRA_MAX, LP_ADDRGUARD_INFRA_MAX,
				      LP_ADDRGUARD_OWN_NS);
	guard->named = lp_addrtable_new(LP_ADDRGUARD_INFRA_MAX, LP_ADDRGUARD_INFRA_MAC_MAX,
					LP_ADDRGUARD_INFRA_NS);
	guard->infra = lp_addrtable_new(LP_ADDRGUARD_INFRA_MAX, LP_ADDRGUARD_INFRA_MAC_MAX,
					LP_ADDRGUARD_INFRA_NS);
	guard->probe = lp_addrprobe_new(now);
	lp_bucket_init(&guard->lan_budget, LP_ADDRGUARD_LAN_PER_S, LP_ADDRGUARD_LAN_BURST, now);
	return guard;
}

void lp_addrguard_free(struct lp_addrguard *guard)
{
	if (!guard)
		return;
	lp_addrtable_free(guard->used);
	lp_addrtable_free(guard->asked);
	lp_addrtable_free(guard->free);
	lp_addrtable_free(guard->own);
	lp_addrtable_free(guard->named);
	lp_addrtable_free(guard->infra);
	lp_addrprobe_free(guard->probe);
	free(guard);
}

void lp_addrguard_set_asking(struct lp_addrguard *guard, bool is_asking)
{
	if (is_asking != guard->is_asking)
		lp_addrtable_clear(guard->free);
	guard->is_asking = is_asking;
}

/* --- asking --- */

static bool begin(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
		  const struct lp_mac *owner, const struct lp_mac *player, struct lp_bucket *budget,
		  uint64_t now)
{
	struct lp_addrprobe_subject subject = {
		.ip_len = ip->ip_len, .owner = *owner, .player = *player};

	memcpy(subject.ip, ip->ip, ip->ip_len);
	return lp_addrprobe_begin(guard->probe, &subject, ip->is_question, budget, now);
}

/* Because of what the LAN said: who had it is asked, or everybody if nobody is known. */
static void probe_lan(struct lp_addrguard *guard, const uint8_t *ip, size_t ip_len,
		      const struct lp_mac *owner, const struct lp_mac *player, uint64_t now)
{
	struct lp_ipclaim subject = {.ip_len = ip_len};

	memcpy(subject.ip, ip, ip_len);
	(void)begin(guard, &subject, owner, player, &guard->lan_budget, now);
}

/* --- what the LAN says --- */

void lp_addrguard_learn_own(struct lp_addrguard *guard, const uint8_t *ip, size_t ip_len,
			    uint64_t now)
{
	lp_addrtable_mark(guard->own, ip, ip_len, &nobody, now);
	lp_addrtable_forget(guard->free, ip, ip_len);
	lp_addrprobe_answer(guard->probe, ip, ip_len);
}

/* A router or a DHCP server, says somebody of the LAN: that address has to answer first. */
static void name_infra(struct lp_addrguard *guard, const uint8_t *ip, size_t ip_len,
		       const struct lp_mac *source, uint64_t now)
{
	const struct lp_addr_owner *owner = lp_addrtable_find(guard->used, ip, ip_len, now);

	if (lp_addrtable_find(guard->infra, ip, ip_len, now) ||
	    lp_addrtable_find(guard->free, ip, ip_len, now) ||
	    lp_addrtable_find(guard->asked, ip, ip_len, now))
		return;
	lp_addrtable_mark(guard->named, ip, ip_len, source, now);
	probe_lan(guard, ip, ip_len, owner ? &owner->mac : &nobody, &nobody, now);
}

static void note_infra(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
		       const struct lp_mac *mac, bool is_answer, uint64_t now)
{
	const struct lp_addr_owner *infra =
		lp_addrtable_find(guard->infra, ip->ip, ip->ip_len, now);
	bool is_known = infra && lp_mac_is_equal(&infra->mac, mac);

	if (is_known || (is_answer && lp_addrtable_find(guard->named, ip->ip, ip->ip_len, now)))
		lp_addrtable_mark(guard->infra, ip->ip, ip->ip_len, mac, now);
}

/*
 * A player has it, and nobody has heard of its sender before: it is asked, and until it has
 * answered one frame takes nothing from anybody.
 */
static void learn_use(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
		      const struct lp_mac *mac, uint64_t now)
{
	bool is_answer = lp_addrprobe_questions(guard->probe, ip->ip, ip->ip_len) > 0;
	const struct lp_addr_owner *player =
		lp_addrtable_find(guard->free, ip->ip, ip->ip_len, now);

	if (player && !is_answer) {
		probe_lan(guard, ip->ip, ip->ip_len, mac, &player->mac, now);
		return;
	}
	bool is_known = lp_addrtable_find(guard->used, ip->ip, ip->ip_len, now) != NULL;
	struct lp_addr_owner *owner = lp_addrtable_mark(guard->used, ip->ip, ip->ip_len, mac, now);

	owner->is_unprompted |= !ip->is_answer;
	note_infra(guard, ip, mac, is_answer, now);
	lp_addrtable_forget(guard->free, ip->ip, ip->ip_len);
	if (is_answer)
		owner->answered_ns = now;
	if (is_answer || !is_known)
		lp_addrprobe_answer(guard->probe, ip->ip, ip->ip_len);
}

/*
 * A question of the LAN's counts too, though not for long: or a player could answer each "is it
 * free?" with "no", and keep new machines of the LAN off it.
 */
void lp_addrguard_learn(struct lp_addrguard *guard, const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);
	struct lp_mac mac;

	if (count == 0)
		return;
	memcpy(mac.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	for (size_t i = 0; i < count; i++) {
		if (claims[i].is_for_another)
			continue;
		if (!claims[i].is_question) {
			learn_use(guard, &claims[i], &mac, now);
			if (claims[i].is_router)
				name_infra(guard, claims[i].ip, claims[i].ip_len, &mac, now);
			continue;
		}
		lp_addrtable_mark(guard->asked, claims[i].ip, claims[i].ip_len, &mac, now);
		/* Who hears us ask what they ask takes it for a conflict (RFC 5227, RFC 4862). */
		lp_addrprobe_answer(guard->probe, claims[i].ip, claims[i].ip_len);
	}
}

/*
 * Who gets an address will ask for it in the next moment, and must not hear us ask; but when it is
 * a player's from now on, whoever had it last can be asked before they use it.
 */
void lp_addrguard_hint(struct lp_addrguard *guard, const struct lp_leasehint *hint,
		       const struct lp_mac *source, bool is_players, uint64_t now)
{
	const struct lp_addr_owner *owner =
		lp_addrtable_find(guard->used, hint->ip, sizeof(hint->ip), now);

	for (size_t i = 0; i < hint->host_count; i++) {
		if (hint->hosts[i][0] != 0 && hint->hosts[i][0] < 224)
			name_infra(guard, hint->hosts[i], sizeof(hint->hosts[i]), source, now);
	}
	if (!owner)
		return;
	bool is_owner = lp_mac_is_equal(&owner->mac, &hint->mac);

	if (hint->kind == LP_LEASEHINT_BOUND && is_players && !is_owner)
		probe_lan(guard, hint->ip, sizeof(hint->ip), &owner->mac, &hint->mac, now);
	else if (hint->kind == LP_LEASEHINT_FREED && is_owner)
		probe_lan(guard, hint->ip, sizeof(hint->ip), &owner->mac, &nobody, now);
}

void lp_addrguard_forget_free(struct lp_addrguard *guard)
{
	lp_addrtable_clear(guard->free);
}

void lp_addrguard_stop_asking(struct lp_addrguard *guard)
{
	lp_addrprobe_clear(guard->probe);
}

void lp_addrguard_forget_player(struct lp_addrguard *guard, const struct lp_mac *player)
{
	lp_addrtable_forget_mac(guard->free, player);
}

void lp_addrguard_doubt(struct lp_addrguard *guard, const uint8_t *frame, size_t len)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);

	for (size_t i = 0; i < count; i++)
		lp_addrprobe_answer(guard->probe, claims[i].ip, claims[i].ip_len);
}

/* --- what players say --- */

static bool is_reserved(struct lp_addrguard *guard, const uint8_t *ip, size_t ip_len, uint64_t now)
{
	return lp_addrtable_find(guard->own, ip, ip_len, now) ||
	       lp_addrtable_find(guard->infra, ip, ip_len, now);
}

static bool has_answered(const struct lp_addr_owner *owner, uint64_t now)
{
	return owner->answered_ns != 0 && now < owner->answered_ns + LP_ADDRGUARD_ANSWER_NS;
}

/* To ask whether it is free takes nothing away: its owner answers, and we hear it. */
static void hear_question(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
			  const struct lp_mac *player, struct lp_bucket *budget, uint64_t now)
{
	const struct lp_addr_owner *owner = lp_addrtable_find(guard->used, ip->ip, ip->ip_len, now);
	const struct lp_addr_owner *old = lp_addrtable_find(guard->free, ip->ip, ip->ip_len, now);

	if (is_reserved(guard, ip->ip, ip->ip_len, now))
		return;
	if (owner && !has_answered(owner, now))
		(void)begin(guard, ip, &owner->mac, player, budget, now);
	else if (!owner && guard->is_asking &&
		 (!old || now - old->seen_ns > LP_ADDRGUARD_PROVEN_NS))
		(void)begin(guard, ip, &nobody, player, budget, now);
}

/* Of an address that no machine of the LAN is known to have. */
static enum lp_verdict check_unowned(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
				     const struct lp_mac *player, struct lp_bucket *budget,
				     uint64_t now)
{
	const struct lp_addr_owner *free = lp_addrtable_find(guard->free, ip->ip, ip->ip_len, now);

	if (!guard->is_asking) {
		if (!free)
			lp_addrtable_mark(guard->free, ip->ip, ip->ip_len, player, now);
		return LP_VERDICT_FORWARD;
	}
	if (!free || now - free->seen_ns > LP_ADDRGUARD_PROVEN_NS)
		(void)begin(guard, ip, &nobody, player, budget, now);
	return free ? LP_VERDICT_FORWARD : LP_VERDICT_ADDRESS_PROBED;
}

static enum lp_verdict check_one(struct lp_addrguard *guard, const struct lp_ipclaim *ip,
				 const struct lp_mac *player, struct lp_bucket *budget,
				 uint64_t now)
{
	const struct lp_addr_owner *free = lp_addrtable_find(guard->free, ip->ip, ip->ip_len, now);
	bool is_his = free && lp_mac_is_equal(&free->mac, player);

	/* To ask for it in the same moment is to say no, as well. What is theirs they may defend.
	 */
	if (ip->is_for_another ||
	    (!is_his && lp_addrtable_find(guard->asked, ip->ip, ip->ip_len, now)))
		return LP_VERDICT_ADDRESS_CLAIM;
	if (ip->is_question) {
		hear_question(guard, ip, player, budget, now);
		return LP_VERDICT_FORWARD;
	}
	if (is_reserved(guard, ip->ip, ip->ip_len, now))
		return LP_VERDICT_ADDRESS_CLAIM;
	const struct lp_addr_owner *owner = lp_addrtable_find(guard->used, ip->ip, ip->ip_len, now);

	if (!owner)
		return check_unowned(guard, ip, player, budget, now);
	if (has_answered(owner, now) || !begin(guard, ip, &owner->mac, player, budget, now))
		return LP_VERDICT_ADDRESS_CLAIM;
	return LP_VERDICT_ADDRESS_PROBED;
}

/*
 * Other packets do not say whose an address is, but answers to them go to its owner, and filters by
 * address believe them. Only what was answered for is kept out meanwhile: one frame that somebody
 * sent into the LAN in their name stops no player.
 */
static enum lp_verdict check_source(struct lp_addrguard *guard, struct lp_bucket *budget,
				    const uint8_t *frame, size_t len, uint64_t now)
{
	struct lp_ipclaim ip = {.is_question = false};
	struct lp_mac player;

	ip.ip_len = lp_ipclaim_source(frame, len, ip.ip);
	if (ip.ip_len == 0)
		return LP_VERDICT_FORWARD;
	if (is_reserved(guard, ip.ip, ip.ip_len, now))
		return LP_VERDICT_SOURCE_ADDRESS;
	const struct lp_addr_owner *owner = lp_addrtable_find(guard->used, ip.ip, ip.ip_len, now);

	if (!owner)
		return LP_VERDICT_FORWARD;
	memcpy(player.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	if (!has_answered(owner, now))
		(void)begin(guard, &ip, &owner->mac, &player, budget, now);
	return owner->answered_ns != 0 ? LP_VERDICT_SOURCE_ADDRESS : LP_VERDICT_FORWARD;
}

enum lp_verdict lp_addrguard_check(struct lp_addrguard *guard, uint16_t peer_id,
				   struct lp_bucket *budget, const uint8_t *frame, size_t len,
				   uint64_t now)
{
	struct lp_ipclaim claims[LP_IPCLAIM_MAX];
	size_t count = lp_ipclaim_read(frame, len, claims);
	const struct lp_ipclaim *open = NULL;
	struct lp_mac player;

	if (count == 0)
		return check_source(guard, budget, frame, len, now);
	memcpy(player.octet, frame + LP_MAC_LEN, LP_MAC_LEN);
	for (size_t i = 0; i < count; i++) {
		enum lp_verdict verdict = check_one(guard, &claims[i], &player, budget, now);

		if (verdict == LP_VERDICT_ADDRESS_CLAIM)
			return verdict;
		if (verdict == LP_VERDICT_ADDRESS_PROBED)
			open = &claims[i];
	}
	if (!open)
		return LP_VERDICT_FORWARD;
	lp_addrprobe_hold(guard->probe, open->ip, open->ip_len, peer_id, frame, len);
	return LP_VERDICT_ADDRESS_PROBED;
}

void lp_addrguard_meet(struct lp_addrguard *guard, struct lp_bucket *budget, const uint8_t *frame,
		       size_t len, uint64_t now)
{
	struct lp_ipclaim ip = {.is_question = false};
	struct lp_mac player;

	ip.ip_len = lp_ipclaim_target(frame, len, ip.ip);
	if (ip.ip_len == 0 || !guard->is_asking ||
	    lp_addrtable_find(guard->free, ip.ip, ip.ip_len, now) ||
	    lp_addrtable_find(guard->used, ip.ip, ip.ip_len, now) ||
	    lp_addrtable_find(guard->asked, ip.ip, ip.ip_len, now))
		return;
	memcpy(player.octet, frame, LP_MAC_LEN);
	(void)begin(guard, &ip, &nobody, &player, budget, now);
}

/* --- what we ask --- */

const struct lp_addr_owner *lp_addrguard_address_of(struct lp_addrguard *guard,
						    const struct lp_mac *mac, uint64_t now)
{
	return lp_addrtable_of(guard->used, mac, now);
}

/*
 * Each question but the second goes to the owner alone, at whose port a switch that has forgotten
 * everything else still knows it; the second to all, as the LAN may have given the address to
 * another machine meanwhile.
 */
size_t lp_addrguard_ask(struct lp_addrguard *guard, const struct lp_mac *from,
			uint8_t frame[LP_IPCLAIM_QUESTION_MAX], uint64_t now)
{
	struct lp_addrprobe_subject subject;
	unsigned number = lp_addrprobe_ask(guard->probe, &subject, now);

	if (number == 0)
		return 0;
	size_t len = lp_ipclaim_make_question(from, subject.ip, subject.ip_len, frame);

	if (number % 2 != 0 && !lp_mac_is_zero(&subject.owner))
		lp_ipclaim_address_question(frame, &subject.owner);
	return len;
}

bool lp_addrguard_release(struct lp_addrguard *guard, struct lp_addrprobe_frame *frame,
			  uint64_t now)
{
	struct lp_addrprobe_subject subject;

	while (lp_addrprobe_close(guard->probe, &subject, now)) {
		lp_addrtable_forget(guard->used, subject.ip, subject.ip_len);
		if (!lp_mac_is_zero(&subject.player))
			lp_addrtable_mark(guard->free, subject.ip, subject.ip_len, &subject.player,
					  now);
	}
	return lp_addrprobe_release(guard->probe, frame);
}

uint64_t lp_addrguard_deadline(const struct lp_addrguard *guard)
{
	return lp_addrprobe_deadline(guard->probe);
}

size_t lp_addrguard_count(const struct lp_addrguard *guard)
{
	return lp_addrtable_count(guard->used);
}
