/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/tap.h"

#include "base/log.h"
#include "base/mem.h"
#include "platform/linux/vnet.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20 /* Linux 6.2 */
#define TUN_F_USO6 0x40
#endif

/* Longer frames are never joined: nothing that came through a tunnel is. */
#define JOIN_FRAME_MAX 1518

struct tap {
	struct lp_framedev dev;
	int fd;
	int control_fd; /* any socket: the way to an interface's settings */
	char name[IFNAMSIZ];
	struct lp_watcher *watcher;
	struct lp_watch *watch;
	struct lp_vnet_rx rx;
	struct lp_rawif_stats stats;
	bool is_joining;
	struct lp_vnet_tx tx;
	uint8_t buffer[LP_VNET_FRAME_MAX]; /* the GSO frame in hand */
};

static struct tap *tap_of(struct lp_framedev *dev)
{
	return LP_CONTAINER_OF(dev, struct tap, dev);
}

/* A read that ended the device; says so once, in the log. */
static enum lp_err broken(const struct tap *tap, const char *what)
{
	lp_error("tap", "%s: cannot %s: %s", tap->name, what, strerror(errno));
	return LP_ERR_SYSTEM;
}

static enum lp_err tap_start(struct lp_framedev *dev, struct lp_watcher *watcher,
			     void (*on_ready)(void *arg), void *arg)
{
	struct tap *tap = tap_of(dev);

	tap->watcher = watcher;
	tap->watch = watcher->add(watcher, tap->fd, on_ready, arg);
	return tap->watch ? LP_OK : LP_ERR_SYSTEM;
}

/*
 * Reads one frame: straight into the caller's buffer, and what does not fit there, a GSO frame,
 * into ours. LP_OK also when what was read is no frame for the caller.
 */
static enum lp_err read_frame(struct tap *tap, struct lp_framedev_rx *rx, size_t *got)
{
	struct lp_framedev_rx *out = &rx[*got];
	size_t cap = LP_MIN(out->cap, sizeof(tap->buffer));
	struct virtio_net_hdr header;
	struct lp_offload offload;
	struct iovec iov[3] = {
		{.iov_base = &header, .iov_len = sizeof(header)},
		{.iov_base = out->data, .iov_len = cap},
		{.iov_base = tap->buffer + cap, .iov_len = sizeof(tap->buffer) - cap},
	};
	ssize_t n = readv(tap->fd, iov, 3);

	if (n < 0) {
		if (errno == EAGAIN || errno == EINTR)
			return LP_ERR_AGAIN;
		return broken(tap, "read");
	}
	if ((size_t)n < sizeof(header) || !lp_vnet_read_header(&header, &offload)) {
		tap->stats.unsplittable++;
		return LP_OK;
	}
	size_t len = (size_t)n - sizeof(header);
	uint8_t *frame = out->data;

	if (offload.gso != LP_GSO_NONE) {
		/* To be cut it must lie in one fragment, and out->data is where its segments go. */
		memcpy(tap->buffer, out->data, LP_MIN(len, cap));
		frame = tap->buffer;
	}
	out->len = len;
	out->is_cut = len > cap;
	if (offload.gso == LP_GSO_NONE && out->is_cut)
		(*got)++; /* too long for anybody, its checksum is of no interest */
	else if (lp_vnet_rx_begin(&tap->rx, frame, len, &offload) == LP_OK)
		(*got)++;
	return LP_OK;
}

static enum lp_err tap_recv_batch(struct lp_framedev *dev, struct lp_framedev_rx *rx,
				  size_t rx_count, size_t *got)
{
	struct tap *tap = tap_of(dev);
	enum lp_err err = LP_OK;

	*got = 0;
	lp_vnet_rx_take(&tap->rx, rx, rx_count, got);
	while (err == LP_OK && *got < rx_count) {
		err = read_frame(tap, rx, got);
		lp_vnet_rx_take(&tap->rx, rx, rx_count, got);
	}
	/* The descriptor does not know of what was read but not yet taken. */
	if (tap->rx.is_cutting && tap->watch)
		tap->watcher->post(tap->watcher, tap->watch);
	/* An error that came behind good frames will come again. */
	return *got > 0 ? LP_OK : err;
}

/* Writes one packet of the plan. Returns an error if the device is gone. */
static enum lp_err write_packet(struct tap *tap, size_t index, struct lp_framedev_sent *sent)
{
	struct lp_vnet_tx *tx = &tap->tx;
	ssize_t n;

	do
		n = writev(tap->fd, tx->iov + tx->iov_first[index], (int)tx->iov_len[index]);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		lp_vnet_tx_add_sent(tx, index, sent);
		return LP_OK;
	}
	switch (errno) {
	case EAGAIN:
		return LP_ERR_AGAIN;
	case EINVAL:
		/* A kernel that does not want it joined; TCP sends it again. */
		if (tx->plan.packet[index].frame_count > 1)
			tap->is_joining = false;
		break;
	case EIO: /* somebody set the interface down: it may come back */
	case ENOMEM:
	case ENOBUFS:
	case EMSGSIZE:
		break;
	default:
		return broken(tap, "write");
	}
	return LP_OK;
}

static enum lp_err tap_send_batch(struct lp_framedev *dev, const struct lp_framedev_tx *tx,
				  size_t tx_count, struct lp_framedev_sent *sent)
{
	struct tap *tap = tap_of(dev);
	enum lp_err err = LP_OK;

	*sent = (struct lp_framedev_sent){0};
	for (size_t at = 0; err == LP_OK && at < tx_count; at += LP_GRO_FRAMES) {
		size_t count = LP_MIN(tx_count - at, (size_t)LP_GRO_FRAMES);

		lp_vnet_tx_plan(&tap->tx, tx + at, count, tap->is_joining ? JOIN_FRAME_MAX : 0, 0);
		for (size_t i = 0; err == LP_OK && i < tap->tx.plan.packet_count; i++)
			err = write_packet(tap, i, sent);
	}
	return err;
}

static void tap_close(struct lp_framedev *dev)
{
	struct tap *tap = tap_of(dev);

	if (tap->watch)
		tap->watcher->remove(tap->watcher, tap->watch);
	if (tap->fd >= 0)
		close(tap->fd);
	if (tap->control_fd >= 0)
		close(tap->control_fd);
	free(tap);
}

static const struct lp_framedev_ops tap_ops = {
	.start = tap_start,
	.recv_batch = tap_recv_batch,
	.send_batch = tap_send_batch,
	.close = tap_close,
};

static void name_request(const struct tap *tap, struct ifreq *request)
{
	*request = (struct ifreq){0};
	lp_strcopy(request->ifr_name, sizeof(request->ifr_name), tap->name);
}

/* Docker and podman leave a file, podman and systemd-nspawn a variable, too. */
static bool is_container(void)
{
	return getenv("container") || access("/.dockerenv", F_OK) == 0 ||
	       access("/run/.containerenv", F_OK) == 0;
}

static enum lp_err driver_failed(int error)
{
	bool is_there = error != ENOENT && error != ENODEV && error != ENXIO;

	if (is_there && error != EACCES && error != EPERM) {
		lp_error("tap", "cannot open /dev/net/tun: %s", strerror(error));
		return LP_ERR_SYSTEM;
	}
	lp_error("tap", "%s /dev/net/tun; %s", is_there ? "not allowed to open" : "there is no",
		 is_container() ? "start this container with --device /dev/net/tun and --cap-add "
				  "NET_ADMIN (its host needs the kernel's driver: modprobe tun)"
		 : is_there	? "start as root, or let this user read and write that file"
				: "load the kernel's driver: modprobe tun");
	return is_there ? LP_ERR_PERMISSION : LP_ERR_NOT_FOUND;
}

static enum lp_err open_driver(struct tap *tap)
{
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return tap->fd >= 0 ? LP_OK : driver_failed(errno);
}

static enum lp_err attach_failed(const struct tap *tap, int error)
{
	bool is_there = if_nametoindex(tap->name) != 0;

	switch (error) {
	case EPERM:
	case EACCES:
		lp_error("tap",
			 "%s: not allowed to %s it; %s, or prepare it once: ip tuntap add dev %s "
			 "mode tap user USER",
			 tap->name, is_there ? "use" : "create",
			 is_container()
				 ? "start this container with CAP_NET_ADMIN (--cap-add NET_ADMIN)"
				 : "start with the capability CAP_NET_ADMIN (as root)",
			 tap->name);
		return LP_ERR_PERMISSION;
	case EBUSY:
		lp_error("tap", "%s is in use by another process; stop it or choose another name",
			 tap->name);
		return LP_ERR_BUSY;
	case EINVAL:
		if (is_there) {
			lp_error("tap", "%s is there already and is no TAP; choose another name",
				 tap->name);
			return LP_ERR_EXISTS;
		}
		break;
	default:
		break;
	}
	lp_error("tap", "cannot create %s: %s", tap->name, strerror(error));
	return LP_ERR_SYSTEM;
}

static enum lp_err attach(struct tap *tap)
{
	struct ifreq request;

	name_request(tap, &request);
	request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(tap->fd, TUNSETIFF, &request) == 0) {
		lp_strcopy(tap->name, sizeof(tap->name), request.ifr_name);
		return LP_OK;
	}
	/* A persistent one may have been made with several queues; one of them will do. */
	int error = errno;

	if (error == EINVAL) {
		name_request(tap, &request);
		request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
		if (if_nametoindex(tap->name) != 0 && ioctl(tap->fd, TUNSETIFF, &request) == 0)
			return LP_OK;
	}
	return attach_failed(tap, error);
}

static enum lp_err set_carrier(struct tap *tap, int is_up)
{
	if (ioctl(tap->fd, TUNSETCARRIER, &is_up) == 0)
		return LP_OK;
	lp_error("tap", "%s: cannot set the media state: %s", tap->name, strerror(errno));
	return LP_ERR_SYSTEM;
}

/* The driver's own calls, not the socket's: the owner of a persistent TAP may make them. */
static enum lp_err configure(struct tap *tap, const struct lp_mac *mac)
{
	unsigned long offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	struct ifreq request;

	/* Before Linux 6.2 there are no GSO frames of UDP; without any it is slower, not wrong.
	 */
	if (ioctl(tap->fd, TUNSETOFFLOAD, offload | TUN_F_USO4 | TUN_F_USO6) < 0 &&
	    ioctl(tap->fd, TUNSETOFFLOAD, offload) < 0)
		lp_warn("tap", "%s: no offloads, TCP will be slower: %s", tap->name,
			strerror(errno));
	name_request(tap, &request);
	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, mac->octet, LP_MAC_LEN);
	if (ioctl(tap->fd, SIOCSIFHWADDR, &request) < 0) {
		char text[LP_MAC_TEXT_LEN];

		lp_error("tap", "%s: cannot set the MAC address %s: %s", tap->name,
			 lp_mac_format(mac, text), strerror(errno));
		return LP_ERR_SYSTEM;
	}
	return set_carrier(tap, 0);
}

enum lp_err lp_tap_list(void (*on_adapter)(void *user, const char *id, const char *name),
			void *user)
{
	(void)on_adapter, (void)user;
	return LP_ERR_UNSUPPORTED;
}

/*
 * As dev_valid_name() of the kernel has it, to which the byte a0 is white space, also within a
 * letter of UTF-8. It would make another name of one with "%d", and has settings for "all"
 * interfaces and for the "default" where those of one are.
 */
bool lp_tap_is_name(const char *name)
{
	static const char *const taken[] = {".", "..", "all", "default"};

	for (size_t i = 0; i < LP_ARRAY_COUNT(taken); i++) {
		if (strcmp(name, taken[i]) == 0)
			return false;
	}
	return name[0] != '\0' && strlen(name) < IFNAMSIZ &&
	       name[strcspn(name, "/:% \t\n\v\f\r\xa0")] == '\0';
}

enum lp_err lp_tap_open(const char *name, const struct lp_mac *mac, struct lp_framedev **out)
{
	struct tap *tap;
	enum lp_err err;

	if (!lp_tap_is_name(name)) {
		lp_error(
			"tap",
			"\"%s\" cannot be the name of a TAP: set client.tap to 1 to %d letters and "
			"digits, such as \"lanparty0\"",
			name, IFNAMSIZ - 1);
		return LP_ERR_INVALID;
	}
	tap = lp_alloc(sizeof(*tap));
	tap->dev.ops = &tap_ops;
	tap->fd = -1;
	tap->rx.stats = &tap->stats;
	tap->is_joining = true;
	lp_strcopy(tap->name, sizeof(tap->name), name);
	tap->control_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (tap->control_fd < 0) {
		lp_error("tap", "cannot make a socket: %s", strerror(errno));
		err = LP_ERR_SYSTEM;
	} else {
		err = open_driver(tap);
	}
	if (err == LP_OK)
		err = attach(tap);
	if (err == LP_OK)
		err = configure(tap, mac);
	if (err != LP_OK) {
		tap_close(&tap->dev);
		return err;
	}
	*out = &tap->dev;
	return LP_OK;
}

static enum lp_err ask(const struct tap *tap, unsigned long what, struct ifreq *request)
{
	name_request(tap, request);
	if (ioctl(tap->control_fd, what, request) == 0)
		return LP_OK;
	enum lp_err err = errno == ENODEV ? LP_ERR_NOT_FOUND : LP_ERR_SYSTEM;

	lp_error("tap", "%s: cannot read its settings: %s", tap->name, strerror(errno));
	return err;
}

enum lp_err lp_tap_query(struct lp_framedev *dev, struct lp_tap_info *info)
{
	const struct tap *tap = tap_of(dev);
	struct ifreq request;
	enum lp_err err;

	lp_strcopy(info->name, sizeof(info->name), tap->name);
	err = ask(tap, SIOCGIFINDEX, &request);
	if (err != LP_OK)
		return err;
	info->ifindex = (uint32_t)request.ifr_ifindex;
	return LP_OK;
}

/*
 * What needs CAP_NET_ADMIN and is beyond the owner of a persistent TAP; `setting` is how it is said
 * to ip link, which can do it beforehand.
 */
static enum lp_err change(const struct tap *tap, unsigned long what, struct ifreq *request,
			  const char *setting)
{
	if (ioctl(tap->control_fd, what, request) == 0)
		return LP_OK;
	if (errno == EPERM) {
		lp_error("tap",
			 "%s: not allowed to set it to \"%s\"; start with the capability "
			 "CAP_NET_ADMIN (as root), or prepare it: ip link set dev %s %s",
			 tap->name, setting, tap->name, setting);
		return LP_ERR_PERMISSION;
	}
	lp_error("tap", "%s: cannot set it to \"%s\": %s", tap->name, setting, strerror(errno));
	return LP_ERR_SYSTEM;
}

enum lp_err lp_tap_set_media(struct lp_framedev *dev, bool is_up)
{
	struct tap *tap = tap_of(dev);
	struct ifreq request;
	enum lp_err err;

	/* Out means the cable, not the interface: its addresses and routes are to stay. */
	if (!is_up)
		return set_carrier(tap, 0);
	err = ask(tap, SIOCGIFFLAGS, &request);
	if (err == LP_OK && (request.ifr_flags & IFF_UP) == 0) {
		request.ifr_flags |= IFF_UP;
		err = change(tap, SIOCSIFFLAGS, &request, "up");
	}
	return err == LP_OK ? set_carrier(tap, 1) : err;
}
