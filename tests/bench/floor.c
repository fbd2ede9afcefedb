/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * floor: forwards Ethernet frames over UDP without any protection: what the way of a frame costs
 * when nothing but its system calls is done. The benchmark takes its figures as the floor of ours.
 *
 *     floor relay ADDRESS PORT
 *     floor client ADDRESS PORT TAP        (the relay's address; the TAP exists already)
 *     floor gateway ADDRESS PORT NIC
 *
 * One thread; poll, then up to 64 frames with one recvmmsg and one sendmmsg (a TAP has neither: one
 * read or write a frame). One frame is one UDP datagram; no GSO, no GRO, no offloads. The relay
 * learns MACs, sends known unicast to one peer and all else to all others. A datagram too short for
 * a frame is a greeting: it makes its sender known.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH	      64
#define FRAME_LEN     2048
#define SLOT_LEN      (FRAME_LEN + 64) /* not a power of two: else all begin in one cache set */
#define SOCKET_BUFFER (4 * 1024 * 1024)
#define PEERS_MAX     64
#define MACS_MAX      4096 /* a power of two */
#define GREET_MS      1000

/* Frames on their way: where they lie, and the vectors that the system calls want. */
struct batch {
	struct mmsghdr message[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_in name[BATCH];
	uint8_t data[BATCH][SLOT_LEN];
};

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void prepare(struct batch *batch, bool has_names)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct msghdr *header = &batch->message[i].msg_hdr;

		batch->iov[i] = (struct iovec){batch->data[i], FRAME_LEN};
		header->msg_iov = &batch->iov[i];
		header->msg_iovlen = 1;
		header->msg_name = has_names ? &batch->name[i] : NULL;
		header->msg_namelen = has_names ? sizeof(batch->name[i]) : 0;
	}
}

/* Gives the number of messages received, 0 if there are none. */
static unsigned int receive(int fd, struct batch *batch)
{
	int count = recvmmsg(fd, batch->message, BATCH, MSG_DONTWAIT, NULL);

	if (count < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
		die("receive");
	return count > 0 ? (unsigned int)count : 0;
}

/* Sends all; what the kernel does not take is lost. */
static void transmit(int fd, struct mmsghdr *messages, unsigned int count)
{
	unsigned int done = 0;

	while (done < count) {
		int sent = sendmmsg(fd, messages + done, count - done, MSG_DONTWAIT);

		done += sent > 0 ? (unsigned int)sent : 1;
	}
}

static void set_buffers(int fd)
{
	int size = SOCKET_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		die("socket buffer");
}

static int open_udp(const char *address, const char *port, bool is_relay)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &name.sin_addr) != 1)
		die(address);
	set_buffers(fd);
	if (is_relay ? bind(fd, (const void *)&name, sizeof(name)) < 0
		     : connect(fd, (const void *)&name, sizeof(name)) < 0)
		die(address);
	return fd;
}

/* --- relay --- */

struct relay {
	int fd;
	struct sockaddr_in peers[PEERS_MAX];
	size_t peer_count;
	size_t last_peer; /* bursts come in a row */
	struct {
		uint8_t mac[ETH_ALEN];
		uint8_t peer; /* + 1; 0 = free */
	} macs[MACS_MAX];
	struct batch in;
	struct mmsghdr out[BATCH];
	unsigned int out_count;
};

static bool is_same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr && a->sin_port == b->sin_port;
}

/* The sender's number; a new one is made known. */
static size_t find_peer(struct relay *relay, const struct sockaddr_in *name)
{
	if (relay->peer_count > 0 && is_same(&relay->peers[relay->last_peer], name))
		return relay->last_peer;
	for (size_t i = 0; i < relay->peer_count; i++) {
		if (is_same(&relay->peers[i], name))
			return relay->last_peer = i;
	}
	if (relay->peer_count == PEERS_MAX) {
		fprintf(stderr, "floor: more than %d peers\n", PEERS_MAX);
		exit(1);
	}
	relay->peers[relay->peer_count] = *name;
	return relay->last_peer = relay->peer_count++;
}

/* The slot of this MAC, or the free one where it belongs. */
static size_t mac_slot(const struct relay *relay, const uint8_t *mac)
{
	size_t slot = (size_t)(mac[3] << 16 | mac[4] << 8 | mac[5]) * 2654435761U;

	for (size_t tries = 0; tries < MACS_MAX; tries++, slot++) {
		slot %= MACS_MAX;
		if (relay->macs[slot].peer == 0 ||
		    memcmp(relay->macs[slot].mac, mac, ETH_ALEN) == 0)
			break;
	}
	return slot % MACS_MAX;
}

static void relay_flush(struct relay *relay)
{
	transmit(relay->fd, relay->out, relay->out_count);
	relay->out_count = 0;
}

static void relay_copy(struct relay *relay, struct iovec *frame, size_t peer)
{
	relay->out[relay->out_count++].msg_hdr = (struct msghdr){
		.msg_name = &relay->peers[peer],
		.msg_namelen = sizeof(relay->peers[peer]),
		.msg_iov = frame,
		.msg_iovlen = 1,
	};
	if (relay->out_count == BATCH)
		relay_flush(relay);
}

static void relay_forward(struct relay *relay, unsigned int index)
{
	struct iovec *frame = &relay->in.iov[index];
	const uint8_t *dst = frame->iov_base;
	const uint8_t *src = dst + ETH_ALEN;
	size_t from = find_peer(relay, &relay->in.name[index]);
	size_t slot;

	frame->iov_len = relay->in.message[index].msg_len;
	if (frame->iov_len < ETH_HLEN)
		return;
	slot = mac_slot(relay, src);
	memcpy(relay->macs[slot].mac, src, ETH_ALEN);
	relay->macs[slot].peer = (uint8_t)(from + 1);
	slot = mac_slot(relay, dst);
	if ((dst[0] & 1) == 0 && relay->macs[slot].peer != 0) {
		if (relay->macs[slot].peer != from + 1)
			relay_copy(relay, frame, relay->macs[slot].peer - 1U);
		return;
	}
	for (size_t peer = 0; peer < relay->peer_count; peer++) {
		if (peer != from)
			relay_copy(relay, frame, peer);
	}
}

static void run_relay(const char *address, const char *port)
{
	static struct relay relay;
	struct pollfd waiting = {.fd = open_udp(address, port, true), .events = POLLIN};

	relay.fd = waiting.fd;
	for (;;) {
		unsigned int count;

		if (poll(&waiting, 1, -1) < 0)
			die("poll");
		prepare(&relay.in, true);
		count = receive(relay.fd, &relay.in);
		for (unsigned int i = 0; i < count; i++)
			relay_forward(&relay, i);
		relay_flush(&relay);
	}
}

/* --- client and gateway --- */

static int open_tap(const char *interface)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		die(interface);
	return fd;
}

static int open_nic(const char *interface)
{
	struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq request = {.mr_type = PACKET_MR_PROMISC};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	name.sll_ifindex = request.mr_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || name.sll_ifindex == 0)
		die(interface);
	set_buffers(fd);
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request)) < 0 ||
	    bind(fd, (const void *)&name, sizeof(name)) < 0)
		die(interface);
	return fd;
}

static unsigned int read_tap(int tap, struct batch *batch)
{
	unsigned int count = 0;

	for (; count < BATCH; count++) {
		ssize_t len = read(tap, batch->data[count], FRAME_LEN);

		if (len < 0)
			break;
		batch->message[count].msg_len = (unsigned int)len;
	}
	return count;
}

static void write_tap(int tap, const struct batch *batch, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (batch->iov[i].iov_len < ETH_HLEN)
			continue;
		if (write(tap, batch->iov[i].iov_base, batch->iov[i].iov_len) < 0 &&
		    errno != EAGAIN && errno != EIO)
			die("write to the TAP");
	}
}

static void set_lengths(struct batch *batch, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		batch->iov[i].iov_len = batch->message[i].msg_len;
}

/* What the device has goes to the relay, and the other way round. */
static void run_end(const char *address, const char *port, int device, bool is_tap)
{
	static struct batch batch;
	struct pollfd waiting[2] = {
		{.fd = device, .events = POLLIN},
		{.fd = open_udp(address, port, false), .events = POLLIN},
	};
	int udp = waiting[1].fd;

	(void)!send(udp, "", 1, 0);
	for (;;) {
		unsigned int count = 0;
		int ready = poll(waiting, 2, GREET_MS);

		if (ready < 0)
			die("poll");
		if (ready == 0)
			(void)!send(udp, "", 1, 0);
		prepare(&batch, false);
		if (waiting[0].revents & POLLIN) {
			count = is_tap ? read_tap(device, &batch) : receive(device, &batch);
			set_lengths(&batch, count);
			transmit(udp, batch.message, count);
			prepare(&batch, false);
		}
		/* An error is the news that the relay did not listen yet: receiving clears it. */
		if (waiting[1].revents & (POLLIN | POLLERR)) {
			count = receive(udp, &batch);
			set_lengths(&batch, count);
			if (is_tap)
				write_tap(device, &batch, count);
			else
				transmit(device, batch.message, count);
		}
	}
}

int main(int argc, char **argv)
{
	const char *role = argc > 3 ? argv[1] : "";

	if (argc == 4 && strcmp(role, "relay") == 0)
		run_relay(argv[2], argv[3]);
	if (argc == 5 && strcmp(role, "client") == 0)
		run_end(argv[2], argv[3], open_tap(argv[4]), true);
	if (argc == 5 && strcmp(role, "gateway") == 0)
		run_end(argv[2], argv[3], open_nic(argv[4]), false);
	fprintf(stderr, "usage: floor relay ADDRESS PORT\n"
			"       floor client|gateway ADDRESS PORT INTERFACE\n");
	return 2;
}
