/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "base/log.h"
#include "base/mem.h"
#include "frame/framelog.h"
#include "frame/loopprobe.h"
#include "session/host_impl.h"

#include <string.h>

#define LOG "bridge"

#define REOPEN_EVERY_NS LP_NS_PER_S

static void lose_device(struct lp_host *host, enum lp_err err)
{
	struct lp_bridge *bridge = &host->bridge;
	struct lp_ledger *down = lp_session_down(host->session);
	for (size_t i = 0; i < bridge->tx_count; i++) {
		down->copies[LP_VERDICT_DEVICE]++;
		lp_frame_unref(bridge->tx[i]);
	}
	bridge->tx_count = 0;
	if (!bridge->dev)
		return;
	bridge->dev->ops->close(bridge->dev);
	bridge->dev = NULL;
	bridge->reopen_ns = lp_loop_now(host->loop)->mono_ns + REOPEN_EVERY_NS;
	host->ops->on_device_lost(host->user, err);
}

/*
 * What is for one machine alone, that machine may answer. What gateways look for loops with says
 * nothing of what goes on in the LAN.
 */
static void note_carried(struct lp_host *host, const uint8_t *data, size_t len,
			 struct lp_bridge_last *last, uint64_t now)
{
	bool is_group = data[0] & 0x01;
	const uint8_t *id;
	if (is_group && lp_loopprobe_read(data, len, &id))
		return;
	last->frame_ns = now;
	if (is_group)
		last->broadcast_ns = now;
	else
		lp_loop_carried(host->loop, 1);
}

/* --- up: device to relay --- */

static enum lp_verdict judge_up(struct lp_host *host, const struct lp_framedev_rx *rx, uint64_t now)
{
	if (rx->is_cut)
		return LP_VERDICT_JUMBO;
	/*
	 * Not even looked at while we are not in the room: a gateway that waits for its place would
	 * learn the players of the gateway beside it as machines of the LAN.
	 */
	if (!lp_session_is_up(host->session))
		return LP_VERDICT_NOT_BRIDGING;
	return host->ops->check_up(host->user, rx->data, rx->len, now);
}

static void log_frame(const struct lp_host *host, enum lp_framelog_direction direction,
		      uint16_t peer_id, const uint8_t *data, size_t len, enum lp_verdict verdict)
{
	const struct lp_framelog entry = {direction, host->config.conf->room, peer_id,
					  verdict == LP_VERDICT_FORWARD};
	if (host->bridge.frame_log)
		lp_framelog_write(&entry, data, len, verdict);
}

/* The player is told why: frames that nobody can carry now are the session's to explain. */
static void note_dropped(struct lp_host *host, const struct lp_framedev_rx *rx,
			 enum lp_verdict verdict, uint64_t now)
{
	if (verdict != LP_VERDICT_FORWARD && verdict != LP_VERDICT_NOT_BRIDGING &&
	    host->config.role == LP_ROLE_CLIENT)
		lp_dropped_count(lp_session_dropped(host->session, LP_DROPPER_CLIENT), verdict,
				 rx->data, rx->len, now);
}

static void take_up(struct lp_host *host, struct lp_frame **slot, struct lp_framedev_rx *rx,
		    uint64_t now)
{
	struct lp_ledger *up = lp_session_up(host->session);
	/* The LAN's hosts read them as untagged; of a player's they are a tag like any other. */
	if (host->config.role == LP_ROLE_GATEWAY && !rx->is_cut)
		rx->len = lp_ether_strip_priority(rx->data, rx->len);
	enum lp_verdict verdict = judge_up(host, rx, now);
	if (verdict == LP_VERDICT_JUMBO && host->ops->on_jumbo)
		host->ops->on_jumbo(host->user, rx->len, now);
	up->frames_in++;
	up->bytes_in += rx->len;
	if (verdict == LP_VERDICT_FORWARD && !*slot)
		verdict = LP_VERDICT_POOL_EMPTY;
	up->frames[verdict]++;
	note_dropped(host, rx, verdict, now);
	log_frame(host, LP_FRAMELOG_UP, 0, rx->data, rx->len, verdict);
	if (verdict != LP_VERDICT_FORWARD)
		return;
	note_carried(host, rx->data, rx->len, &host->bridge.last_tx, now);
	(*slot)->len = (uint16_t)rx->len;
	lp_session_send_frame(host->session, *slot, now);
	lp_frame_unref(*slot);
	*slot = NULL;
}

static void read_batch(struct lp_host *host)
{
	struct lp_bridge *bridge = &host->bridge;
	struct lp_framedev_rx rx[LP_BRIDGE_BATCH];
	size_t got = 0;
	uint64_t now = lp_loop_now(host->loop)->mono_ns;

	for (size_t i = 0; i < LP_BRIDGE_BATCH; i++) {
		if (!bridge->rx[i])
			bridge->rx[i] = lp_session_frame_get(host->session);
		rx[i] = (struct lp_framedev_rx){
			.data = bridge->rx[i] ? bridge->rx[i]->data : bridge->spare,
			.cap = LP_FRAME_MAX,
		};
	}
	enum lp_err err = bridge->dev->ops->recv_batch(bridge->dev, rx, LP_BRIDGE_BATCH, &got);
	if (err == LP_ERR_AGAIN)
		return;
	if (err != LP_OK) {
		lose_device(host, err);
		return;
	}
	for (size_t i = 0; i < got; i++)
		take_up(host, &bridge->rx[i], &rx[i], now);
}

/* Once for each of its queues that has something. */
static void on_device_ready(void *arg)
{
	struct lp_host *host = arg;
	host->bridge.batches_due++;
}

void lp_bridge_read(struct lp_host *host)
{
	for (; host->bridge.batches_due > 0; host->bridge.batches_due--) {
		if (host->bridge.dev)
			read_batch(host);
	}
}

void lp_host_offer(struct lp_host *host, const uint8_t *data, size_t len)
{
	struct lp_ledger *up = lp_session_up(host->session);
	struct lp_frame *frame =
		lp_session_is_up(host->session) ? lp_session_frame_get(host->session) : NULL;
	if (!frame)
		return;
	uint64_t now = lp_loop_now(host->loop)->mono_ns;
	up->frames_in++;
	up->bytes_in += len;
	up->frames[LP_VERDICT_FORWARD]++;
	memcpy(frame->data, data, len);
	frame->len = (uint16_t)len;
	lp_session_send_frame(host->session, frame, now);
	lp_frame_unref(frame);
}

/* --- down: relay to device --- */

static enum lp_verdict take_down(struct lp_host *host, struct lp_frame *frame, uint64_t now)
{
	struct lp_bridge *bridge = &host->bridge;
	enum lp_verdict verdict = host->ops->check_down(host->user, frame, now);
	if (verdict != LP_VERDICT_FORWARD)
		return verdict;
	if (!bridge->dev)
		return LP_VERDICT_DEVICE;
	if (frame->len < host->config.pad_to) {
		memset(frame->data + frame->len, 0, host->config.pad_to - frame->len);
		frame->len = (uint16_t)host->config.pad_to;
	}
	note_carried(host, frame->data, frame->len, &bridge->last_rx, now);
	if (bridge->tx_count == LP_BRIDGE_BATCH)
		lp_bridge_flush(host);
	if (!bridge->dev)
		return LP_VERDICT_DEVICE;
	bridge->tx[bridge->tx_count++] = lp_frame_ref(frame);
	lp_session_down(host->session)->copies_made++;
	return LP_VERDICT_FORWARD;
}

enum lp_verdict lp_bridge_down(struct lp_host *host, struct lp_frame *frame, uint64_t now)
{
	enum lp_verdict verdict = take_down(host, frame, now);
	log_frame(host, LP_FRAMELOG_DOWN, frame->source_id, frame->data, frame->len, verdict);
	return verdict;
}

void lp_host_deliver(struct lp_host *host, uint16_t peer_id, const uint8_t *data, size_t len)
{
	struct lp_ledger *down = lp_session_down(host->session);
	struct lp_frame *frame = lp_session_frame_get(host->session);
	if (!frame)
		return;
	uint64_t now = lp_loop_now(host->loop)->mono_ns;
	memcpy(frame->data, data, len);
	frame->len = (uint16_t)len;
	frame->source_id = peer_id;
	down->frames_in++;
	down->bytes_in += len;
	down->frames[lp_bridge_down(host, frame, now)]++;
	lp_frame_unref(frame);
}

void lp_host_set_frame_log(struct lp_host *host, bool is_on)
{
	host->bridge.frame_log = is_on;
}

void lp_bridge_flush(struct lp_host *host)
{
	struct lp_bridge *bridge = &host->bridge;
	struct lp_framedev_tx tx[LP_BRIDGE_BATCH];
	struct lp_framedev_sent sent;
	if (bridge->tx_count == 0)
		return;
	for (size_t i = 0; i < bridge->tx_count; i++)
		tx[i] = (struct lp_framedev_tx){bridge->tx[i]->data, bridge->tx[i]->len};
	enum lp_err err = bridge->dev->ops->send_batch(bridge->dev, tx, bridge->tx_count, &sent);
	struct lp_ledger *down = lp_session_down(host->session);
	down->copies[LP_VERDICT_FORWARD] += sent.frames;
	down->copies[LP_VERDICT_DEVICE] += bridge->tx_count - sent.frames;
	down->bytes_out += sent.bytes;
	for (size_t i = 0; i < bridge->tx_count; i++)
		lp_frame_unref(bridge->tx[i]);
	bridge->tx_count = 0;
	if (err != LP_OK && err != LP_ERR_AGAIN)
		lose_device(host, err);
}

/* --- life --- */

enum lp_err lp_bridge_attach(struct lp_host *host, struct lp_framedev *dev)
{
	enum lp_err err = dev->ops->start(dev, lp_loop_watcher(host->loop), on_device_ready, host);
	if (err != LP_OK) {
		dev->ops->close(dev);
		return err;
	}
	host->bridge.dev = dev;
	return LP_OK;
}

void lp_bridge_second(struct lp_host *host, uint64_t now)
{
	struct lp_framedev *dev;
	if (host->bridge.dev || now < host->bridge.reopen_ns)
		return;
	host->bridge.reopen_ns = now + REOPEN_EVERY_NS;
	if (host->ops->reopen(host->user, &dev) != LP_OK)
		return;
	if (lp_bridge_attach(host, dev) == LP_OK) {
		host->bridge.reopen_count++;
		lp_info(LOG, "the device is back");
	}
}

void lp_host_retry_device(struct lp_host *host)
{
	host->bridge.reopen_ns = 0;
	lp_bridge_second(host, lp_loop_now(host->loop)->mono_ns);
}

void lp_bridge_fini(struct lp_host *host)
{
	struct lp_bridge *bridge = &host->bridge;
	for (size_t i = 0; i < LP_BRIDGE_BATCH; i++)
		lp_frame_unref(bridge->rx[i]);
	for (size_t i = 0; i < bridge->tx_count; i++)
		lp_frame_unref(bridge->tx[i]);
	if (bridge->dev)
		bridge->dev->ops->close(bridge->dev);
	memset(bridge, 0, sizeof(*bridge));
}
