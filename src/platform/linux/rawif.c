/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Two AF_PACKET sockets on one NIC: one for unicast, one for multicast, so that a broadcast storm
 * can fill only its own queue. Frames are injected through the socket of their kind. The kernel
 * echoes an injected frame to every packet socket but the one that it came from, and the other
 * one's filter refuses its kind: so nothing of ours is read back, while what the host itself sends
 * is.
 */
#include "platform/rawif.h"

#include "base/log.h"
#include "base/mem.h"
#include "frame/ether.h"
#include "platform/linux/rawif_nic.h"
#include "platform/linux/rawif_port.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNICAST, MULTICAST, PORT_COUNT };

struct rawif {
	struct lp_framedev dev;
	char name[IFNAMSIZ];
	uint32_t ifindex;
	size_t frame_max; /* what the NIC takes in one fragment; longer ones are not joined */
	bool is_joining;
	struct lp_watcher *watcher;
	struct lp_rawif_macs macs;
	struct lp_rawif_stats stats;
	struct lp_rawif_port port[PORT_COUNT];
	struct lp_vnet_tx tx;
};

static struct rawif *rawif_of(struct lp_framedev *dev)
{
	return LP_CONTAINER_OF(dev, struct rawif, dev);
}

/*
 * A socket stays bound to a NIC that is set down, and goes on when it is up again. Once the NIC is
 * gone for good, or to another namespace, it is bound to nothing, though one of the same number may
 * be there again.
 */
static bool is_gone(const struct rawif *rawif)
{
	struct sockaddr_ll bound;
	socklen_t len = sizeof(bound);

	return getsockname(rawif->port[UNICAST].fd, (void *)&bound, &len) == 0 &&
	       bound.sll_ifindex < 0;
}

static enum lp_err broken(const struct rawif *rawif, const char *what, int error)
{
	if (is_gone(rawif))
		return LP_ERR_UNREACHABLE;
	lp_error("rawif", "%s: cannot %s: %s", rawif->name, what, strerror(error));
	return LP_ERR_SYSTEM;
}

static enum lp_err rawif_start(struct lp_framedev *dev, struct lp_watcher *watcher,
			       void (*on_ready)(void *arg), void *arg)
{
	struct rawif *rawif = rawif_of(dev);

	rawif->watcher = watcher;
	for (size_t i = 0; i < PORT_COUNT; i++) {
		struct lp_rawif_port *port = &rawif->port[i];

		port->watch = watcher->add(watcher, port->fd, on_ready, arg);
		if (!port->watch)
			return LP_ERR_SYSTEM;
	}
	return LP_OK;
}

/* What only this file knows of, the sockets do not say. */
static void call_again(struct rawif *rawif)
{
	struct lp_watch *watch = rawif->port[UNICAST].watch;

	if (watch)
		rawif->watcher->post(rawif->watcher, watch);
}

static enum lp_err rawif_recv_batch(struct lp_framedev *dev, struct lp_framedev_rx *rx,
				    size_t rx_count, size_t *got)
{
	struct rawif *rawif = rawif_of(dev);
	struct lp_rawif_port *unicast = &rawif->port[UNICAST];
	struct lp_rawif_port *multicast = &rawif->port[MULTICAST];
	int error;

	*got = 0;
	unicast->is_dry = false;
	multicast->is_dry = false;
	/* Unicast first, but never so that the other starves. */
	error = lp_rawif_port_take(unicast, rx, rx_count - rx_count / 4, got);
	if (error == 0)
		error = lp_rawif_port_take(multicast, rx, rx_count, got);
	if (error == 0)
		error = lp_rawif_port_take(unicast, rx, rx_count, got);
	if (error != 0)
		return broken(rawif, "read", error);
	if (*got == 0 && is_gone(rawif))
		return LP_ERR_UNREACHABLE;
	if (lp_rawif_port_has_more(unicast) || lp_rawif_port_has_more(multicast))
		call_again(rawif);
	return *got > 0 ? LP_OK : LP_ERR_AGAIN;
}

/* The socket of the packet's kind: see the top of this file. */
static int port_of(const struct lp_vnet_tx *tx, size_t packet)
{
	const struct lp_gro_segment *first = &tx->plan.segment[tx->plan.packet[packet].first];

	return first->len > 0 && (first->frame[0] & 0x01) != 0 ? MULTICAST : UNICAST;
}

/* What to do about a packet that did not go: LP_OK if the next one may be tried. */
static enum lp_err refuse(struct rawif *rawif, size_t packet, int error)
{
	const struct lp_vnet_tx *tx = &rawif->tx;

	switch (error) {
	case EAGAIN:
		return LP_ERR_AGAIN;
	case EINVAL:
		/* A kernel that does not want it joined; TCP sends it again. */
		if (tx->plan.packet[packet].frame_count > 1)
			rawif->is_joining = false;
		break;
	case ENOBUFS: /* the NIC's queue threw it away */
	case ENOMEM:
	case EMSGSIZE:
	case ENETDOWN: /* not gone: see is_gone */
		break;
	default:
		return broken(rawif, "send", error);
	}
	return LP_OK;
}

/* Sends the packets [at, end), which all go through one socket. */
static enum lp_err send_run(struct rawif *rawif, size_t at, size_t end,
			    struct lp_framedev_sent *sent)
{
	struct lp_vnet_tx *tx = &rawif->tx;
	int fd = rawif->port[port_of(tx, at)].fd;
	struct mmsghdr messages[LP_GRO_FRAMES];
	enum lp_err err = LP_OK;

	for (size_t i = at; i < end; i++) {
		messages[i] = (struct mmsghdr){0};
		messages[i].msg_hdr.msg_iov = tx->iov + tx->iov_first[i];
		messages[i].msg_hdr.msg_iovlen = tx->iov_len[i];
	}
	while (at < end && err == LP_OK) {
		int n = sendmmsg(fd, messages + at, (unsigned int)(end - at), MSG_DONTWAIT);

		for (int i = 0; i < n; i++)
			lp_vnet_tx_add_sent(tx, at++, sent);
		if (n < 0 && errno != EINTR)
			err = refuse(rawif, at++, errno);
	}
	return err;
}

static enum lp_err send_plan(struct rawif *rawif, struct lp_framedev_sent *sent)
{
	const struct lp_vnet_tx *tx = &rawif->tx;
	size_t count = tx->plan.packet_count;
	enum lp_err err = LP_OK;

	for (size_t at = 0, end; at < count && err == LP_OK; at = end) {
		end = at + 1;
		while (end < count && port_of(tx, end) == port_of(tx, at))
			end++;
		err = send_run(rawif, at, end, sent);
	}
	return err;
}

static enum lp_err rawif_send_batch(struct lp_framedev *dev, const struct lp_framedev_tx *tx,
				    size_t tx_count, struct lp_framedev_sent *sent)
{
	struct rawif *rawif = rawif_of(dev);
	enum lp_err err = LP_OK;

	*sent = (struct lp_framedev_sent){0};
	for (size_t at = 0; err == LP_OK && at < tx_count; at += LP_GRO_FRAMES) {
		size_t count = LP_MIN(tx_count - at, (size_t)LP_GRO_FRAMES);

		lp_vnet_tx_plan(&rawif->tx, tx + at, count,
				rawif->is_joining ? rawif->frame_max : 0, LP_ETHER_WIRE_MIN);
		err = send_plan(rawif, sent);
	}
	return err;
}

static void rawif_close(struct lp_framedev *dev)
{
	struct rawif *rawif = rawif_of(dev);

	for (size_t i = 0; i < PORT_COUNT; i++) {
		struct lp_rawif_port *port = &rawif->port[i];

		if (port->watch)
			rawif->watcher->remove(rawif->watcher, port->watch);
		lp_rawif_port_close(port);
	}
	lp_rawif_macs_fini(&rawif->macs);
	free(rawif);
}

static const struct lp_framedev_ops rawif_ops = {
	.start = rawif_start,
	.recv_batch = rawif_recv_batch,
	.send_batch = rawif_send_batch,
	.close = rawif_close,
};

static int set_filter(struct rawif *rawif, bool is_open)
{
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	size_t insn_count = lp_rawif_filter_unicast(program, &rawif->macs, is_open);

	return lp_rawif_port_set_filter(&rawif->port[UNICAST], program, insn_count);
}

enum lp_err lp_rawif_set_remote_macs(struct lp_framedev *dev, const struct lp_mac *macs,
				     size_t mac_count)
{
	struct rawif *rawif = rawif_of(dev);
	int error;

	lp_rawif_macs_set(&rawif->macs, macs, mac_count);
	error = set_filter(rawif, false);
	if (error == ENOMEM) {
		/*
		 * net.core.optmem_max is too small for the old filter and the new one at once, or
		 * even for the new one: then all comes up, and is looked at here.
		 */
		error = set_filter(rawif, true);
		if (error == 0)
			(void)set_filter(rawif, false);
	}
	return error == 0 ? LP_OK : broken(rawif, "set the filter", error);
}

static void take_info(struct rawif *rawif, const struct lp_rawif_info *info)
{
	rawif->ifindex = info->ifindex;
	rawif->frame_max = info->mtu + LP_ETHER_HEADER_LEN;
}

enum lp_err lp_rawif_query(struct lp_framedev *dev, struct lp_rawif_info *info)
{
	struct rawif *rawif = rawif_of(dev);
	int error = is_gone(rawif) ? ENODEV : lp_rawif_nic_read(rawif->ifindex, NULL, info);

	if (error == ENODEV) {
		call_again(rawif);
		return LP_ERR_NOT_FOUND;
	}
	if (error != 0)
		return broken(rawif, "look at it", error);
	take_info(rawif, info);
	return LP_OK;
}

enum lp_err lp_rawif_probe(const char *interface, struct lp_rawif_info *info)
{
	return lp_rawif_nic_read(0, interface, info) == 0 ? LP_OK : LP_ERR_NOT_FOUND;
}

void lp_rawif_read_stats(struct lp_framedev *dev, struct lp_rawif_stats *stats)
{
	struct rawif *rawif = rawif_of(dev);

	/* The kernel's counters start anew with each reading. */
	for (size_t i = 0; i < PORT_COUNT; i++) {
		struct tpacket_stats kernel;
		socklen_t len = sizeof(kernel);

		if (getsockopt(rawif->port[i].fd, SOL_PACKET, PACKET_STATISTICS, &kernel, &len) ==
		    0)
			rawif->stats.kernel_drops += kernel.tp_drops;
	}
	*stats = rawif->stats;
}

static enum lp_err open_sockets(struct rawif *rawif)
{
	for (size_t i = 0; i < PORT_COUNT; i++) {
		int error = lp_rawif_port_open(&rawif->port[i]);

		if (error == EPERM || error == EACCES) {
			lp_error("rawif",
				 "%s: not allowed to open it; start with the capability "
				 "CAP_NET_RAW (as root)",
				 rawif->name);
			return LP_ERR_PERMISSION;
		}
		if (error != 0)
			return broken(rawif, "make a packet socket", error);
	}
	return LP_OK;
}

/* The filters first, so that nothing comes through that they would have kept out. */
static enum lp_err listen_on(struct rawif *rawif)
{
	struct sock_filter program[LP_RAWIF_FILTER_INSNS];
	size_t insn_count = lp_rawif_filter_multicast(program);
	enum lp_err err = lp_rawif_set_remote_macs(&rawif->dev, NULL, 0);
	int error;

	if (err != LP_OK)
		return err;
	error = lp_rawif_port_set_filter(&rawif->port[MULTICAST], program, insn_count);
	for (size_t i = 0; i < PORT_COUNT && error == 0; i++)
		error = lp_rawif_port_bind(&rawif->port[i], rawif->ifindex, &rawif->stats);
	if (error == 0)
		error = lp_rawif_port_make_promiscuous(&rawif->port[UNICAST], rawif->ifindex);
	return error == 0 ? LP_OK : broken(rawif, "listen on it", error);
}

enum lp_err lp_rawif_open(const char *interface, struct lp_framedev **out)
{
	struct lp_rawif_info info;
	struct rawif *rawif;
	enum lp_err err;

	if (interface[0] == '\0' || strlen(interface) >= IFNAMSIZ || strchr(interface, '/')) {
		lp_error("rawif", "there is no interface \"%s\"; see: ip link", interface);
		return LP_ERR_NOT_FOUND;
	}
	rawif = lp_alloc(sizeof(*rawif));
	rawif->dev.ops = &rawif_ops;
	rawif->is_joining = true;
	for (size_t i = 0; i < PORT_COUNT; i++)
		rawif->port[i].fd = -1;
	rawif->port[UNICAST].macs = &rawif->macs;
	lp_strcopy(rawif->name, sizeof(rawif->name), interface);
	err = open_sockets(rawif);
	if (err == LP_OK)
		err = lp_rawif_nic_check(interface, &info);
	if (err == LP_OK) {
		take_info(rawif, &info);
		err = listen_on(rawif);
	}
	if (err != LP_OK) {
		rawif_close(&rawif->dev);
		return err;
	}
	*out = &rawif->dev;
	return LP_OK;
}
