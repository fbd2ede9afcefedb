/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The address guard: whose IP addresses are whose. What a machine of the LAN uses a remote player
 * may not claim (ARP, neighbour discovery), nor send from. But old records prove nothing: who had
 * the address last is asked at its MAC whenever somebody else uses it, and after a second of
 * silence it has moved. So it is the other way round, too: a frame of the LAN does not take an
 * address from a player before its sender has answered for it. Of an address that was never seen
 * the LAN is asked as a whole, if that is wanted.
 *
 * The LAN's routers and DHCP servers, which it names itself and which have answered once, cannot be
 * claimed at all, nor can this machine's own addresses.
 */
#ifndef LP_GATEWAY_ADDRGUARD_H
#define LP_GATEWAY_ADDRGUARD_H

#include "base/clock.h"
#include "frame/ipclaim.h"
#include "frame/leasehint.h"
#include "frame/verdict.h"
#include "gateway/addrprobe.h"
#include "gateway/addrtable.h"

#include <stddef.h>
#include <stdint.h>

#define LP_ADDRGUARD_MAX    4096 /* addresses, the longest unused out first */
#define LP_ADDRGUARD_AGE_NS (300 * LP_NS_PER_S)
#define LP_ADDRGUARD_ASK_NS                                                                        \
	(5 * LP_NS_PER_S) /* three ARP probes and the wait behind them, RFC 5227 */

/* So many of them at one MAC of the LAN, and of one player. */
#define LP_ADDRGUARD_LAN_MAC_MAX 64
#define LP_ADDRGUARD_PLAYER_MAX	 32

/*
 * An address that nobody had may be claimed for so long. When a claim comes after the first third
 * of it the LAN is asked again, and nobody has to wait for that.
 */
#define LP_ADDRGUARD_FREE_NS   (900 * LP_NS_PER_S)
#define LP_ADDRGUARD_PROVEN_NS (300 * LP_NS_PER_S)

/* An owner who has answered is not asked again for so long. */
#define LP_ADDRGUARD_ANSWER_NS (LP_NS_PER_S)

/* Routers and DHCP servers, after their last sign of life; and what this machine itself told of. */
#define LP_ADDRGUARD_INFRA_MAX	   64
#define LP_ADDRGUARD_INFRA_MAC_MAX 8 /* that one MAC may name */
#define LP_ADDRGUARD_INFRA_NS	   (3600 * LP_NS_PER_S)
#define LP_ADDRGUARD_OWN_NS	   (300 * LP_NS_PER_S)

/* So many addresses the LAN is asked for on behalf of one player, and because of the LAN's news. */
#define LP_ADDRGUARD_PLAYER_PER_S 1
#define LP_ADDRGUARD_PLAYER_BURST 16
#define LP_ADDRGUARD_LAN_PER_S	  8
#define LP_ADDRGUARD_LAN_BURST	  64

struct lp_addrguard;

struct lp_addrguard *lp_addrguard_new(uint64_t now);
void lp_addrguard_free(struct lp_addrguard *guard);

/*
 * Whether the LAN is asked for addresses that were never seen, as it is at first. If not, a player
 * may claim what no machine of the LAN was heard to use. Who was heard is asked in either case.
 */
void lp_addrguard_set_asking(struct lp_addrguard *guard, bool is_asking);

/* A frame of the LAN, whose source is not a remote player's MAC. */
void lp_addrguard_learn(struct lp_addrguard *guard, const uint8_t *frame, size_t len, uint64_t now);

/* What the LAN's DHCP says. is_players: it is about a remote player's MAC. */
void lp_addrguard_hint(struct lp_addrguard *guard, const struct lp_leasehint *hint,
		       const struct lp_mac *source, bool is_players, uint64_t now);

/* The cable may be plugged in elsewhere now: what was free may not be. */
void lp_addrguard_forget_free(struct lp_addrguard *guard);

/* There is no cable now: silence says nothing, so nobody is asked. */
void lp_addrguard_stop_asking(struct lp_addrguard *guard);

/* A player has left: what they had is anybody's. */
void lp_addrguard_forget_player(struct lp_addrguard *guard, const struct lp_mac *player);

/*
 * An address of this machine itself, which does not hear what we ask the LAN, or of the router that
 * it uses. To be said again within LP_ADDRGUARD_OWN_NS.
 */
void lp_addrguard_learn_own(struct lp_addrguard *guard, const uint8_t *ip, size_t ip_len,
			    uint64_t now);

/*
 * A frame of the LAN with the source of a remote player: nobody knows yet whose its addresses are,
 * but they are not free.
 */
void lp_addrguard_doubt(struct lp_addrguard *guard, const uint8_t *frame, size_t len);

/*
 * A frame of a remote player: LP_VERDICT_FORWARD, LP_VERDICT_ADDRESS_CLAIM,
 * LP_VERDICT_SOURCE_ADDRESS, or LP_VERDICT_ADDRESS_PROBED: the LAN is asked, and the frame is kept
 * until then if there is room. `budget` is what they may still ask for.
 */
enum lp_verdict lp_addrguard_check(struct lp_addrguard *guard, uint16_t peer_id,
				   struct lp_bucket *budget, const uint8_t *frame, size_t len,
				   uint64_t now);

/*
 * A frame of the LAN for a remote player. If it is for an IP address that they have not claimed,
 * the LAN is asked whether their MAC has a second owner there, who has it. Changes nothing for the
 * frame.
 */
void lp_addrguard_meet(struct lp_addrguard *guard, struct lp_bucket *budget, const uint8_t *frame,
		       size_t len, uint64_t now);

/* The address that a machine of the LAN was last heard to use; NULL = none is known. */
const struct lp_addr_owner *lp_addrguard_address_of(struct lp_addrguard *guard,
						    const struct lp_mac *mac, uint64_t now);

/* Makes the next question that is due, from that MAC. Returns its length, 0 = there is none now. */
size_t lp_addrguard_ask(struct lp_addrguard *guard, const struct lp_mac *from,
			uint8_t frame[LP_IPCLAIM_QUESTION_MAX], uint64_t now);

/* Returns a frame that was kept, and is to be checked again now; false = there is none. */
bool lp_addrguard_release(struct lp_addrguard *guard, struct lp_addrprobe_frame *frame,
			  uint64_t now);

/* When the last two have something to do; LP_NEVER = nothing. */
uint64_t lp_addrguard_deadline(const struct lp_addrguard *guard);

/* How many addresses of the LAN are known. */
size_t lp_addrguard_count(const struct lp_addrguard *guard);

#endif
