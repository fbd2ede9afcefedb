/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * frames: sends and counts numbered Ethernet frames on an interface (AF_PACKET, so it wants
 * CAP_NET_RAW), or sends frames given as hex. tests/tools/README describes the options.
 */
#include "numbered.h"
#include "tally.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	     64
#define NS_PER_S     1000000000ULL
#define NS_PER_MS    1000000ULL
#define FRAME_MAX    9216
#define HEX_MAX	     256
#define BUFFER_LEN   (64 << 20)
#define GRACE_NS     (100 * NS_PER_MS) /* for duplicates, after the last one expected */
#define USAGE_STATUS 2

struct options {
	const char *interface;
	uint8_t dst[ETH_ALEN];
	uint8_t src[ETH_ALEN];
	uint16_t ethertype;
	uint32_t stream;
	uint64_t first;
	uint64_t count;
	uint64_t expect;
	double rate;
	size_t size;
	double seconds;
	uint64_t idle_ns;
	bool is_promiscuous;
	bool is_unnumbered;
	const char *hex_path;
};

struct frame {
	uint8_t data[FRAME_MAX];
	size_t len;
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "frames: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(const char *what, const char *text)
{
	fprintf(stderr,
		"frames: %s %s\nusage: frames send|recv INTERFACE [options]; see "
		"tests/tools/README\n",
		what, text);
	exit(USAGE_STATUS);
}

static uint64_t read_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int open_interface(const char *interface, uint16_t protocol)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("packet socket");
	addr.sll_ifindex = (int)if_nametoindex(interface);
	if (addr.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		die(interface);
	return fd;
}

/* --- send --- */

/* Gives the number of frames read from the file, one a line; '#' begins a comment. */
static size_t read_hex(const char *path, struct frame *frames)
{
	FILE *file = fopen(path, "r");
	char line[4 * FRAME_MAX];
	size_t count = 0;

	if (file == NULL)
		die(path);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct frame *frame = &frames[count];
		unsigned int byte;
		int used;

		line[strcspn(line, "#\r\n")] = '\0';
		frame->len = 0;
		for (char *at = line; *(at += strspn(at, " \t:")) != '\0'; at += used) {
			if (frame->len == FRAME_MAX || strspn(at, "0123456789abcdefABCDEF") < 2 ||
			    sscanf(at, "%2x%n", &byte, &used) != 1)
				usage("no hex bytes in", path);
			frame->data[frame->len++] = (uint8_t)byte;
		}
		if (frame->len > 0 && ++count == HEX_MAX)
			break;
	}
	fclose(file);
	if (count == 0)
		usage("no frames in", path);
	return count;
}

/* The frames that are sent again and again: one for each place of a batch, or those of the file. */
static size_t make_frames(const struct options *options, struct frame *frames)
{
	if (options->hex_path != NULL)
		return read_hex(options->hex_path, frames);
	for (size_t i = 0; i < BATCH; i++) {
		uint16_t type = htons(options->ethertype);

		memcpy(frames[i].data, options->dst, ETH_ALEN);
		memcpy(frames[i].data + ETH_ALEN, options->src, ETH_ALEN);
		memcpy(frames[i].data + 2 * ETH_ALEN, &type, sizeof(type));
		frames[i].len = options->size;
		numbered_build(frames[i].data, frames[i].len, options->stream, options->first);
	}
	return BATCH;
}

/* How many may go now; sleeps until it is at least one. 0 when stopped. */
static uint64_t wait_for_turn(const struct options *options, uint64_t start, uint64_t sent)
{
	uint64_t next = start;
	uint64_t now = read_clock();
	struct timespec wake;
	double due;

	if (is_stopped ||
	    (options->seconds > 0 && (double)(now - start) > options->seconds * (double)NS_PER_S))
		return 0;
	if (options->rate <= 0)
		return options->count - sent;
	next += (uint64_t)((double)sent * (double)NS_PER_S / options->rate);
	if (now < next) {
		wake = (struct timespec){.tv_sec = (time_t)(next / NS_PER_S),
					 .tv_nsec = (long)(next % NS_PER_S)};
		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
		return 1;
	}
	due = (double)(now - start) * options->rate / (double)NS_PER_S + 1;
	return (uint64_t)due > sent ? (uint64_t)due - sent : 1;
}

/* Sends all of the batch; a full queue of the device is waited for. Gives how often. */
static uint64_t send_batch(int fd, struct mmsghdr *messages, unsigned int count)
{
	struct timespec pause = {.tv_nsec = 50000};
	unsigned int done = 0;
	uint64_t retries = 0;

	while (done < count && !is_stopped) {
		int sent = sendmmsg(fd, messages + done, count - done, 0);

		if (sent > 0) {
			done += (unsigned int)sent;
		} else if (errno == ENOBUFS || errno == EAGAIN || errno == EINTR) {
			retries++;
			nanosleep(&pause, NULL);
		} else {
			die("send");
		}
	}
	return retries;
}

static int run_send(const struct options *options)
{
	static struct frame frames[HEX_MAX];
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	size_t frame_count = make_frames(options, frames);
	int fd = open_interface(options->interface, 0);
	uint64_t start = read_clock();
	uint64_t retries = 0;
	uint64_t bytes = 0;
	uint64_t sent = 0;

	while (sent < options->count) {
		uint64_t allowed = wait_for_turn(options, start, sent);
		unsigned int count = 0;

		if (allowed == 0)
			break;
		for (; count < BATCH && count < allowed && sent < options->count; count++, sent++) {
			struct frame *frame = &frames[sent % frame_count];

			if (options->hex_path == NULL && !options->is_unnumbered)
				numbered_build(frame->data, frame->len, options->stream,
					       options->first + sent);
			parts[count] = (struct iovec){frame->data, frame->len};
			messages[count].msg_hdr.msg_iov = &parts[count];
			messages[count].msg_hdr.msg_iovlen = 1;
			bytes += frame->len;
		}
		retries += send_batch(fd, messages, count);
	}
	printf("{\"stream\":%" PRIu32 ",\"sent\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"retries\":%" PRIu64 ",\"seconds\":%.6f}\n",
	       options->stream, sent, bytes, retries,
	       (double)(read_clock() - start) / (double)NS_PER_S);
	close(fd);
	return 0;
}

/* --- recv --- */

static int open_receiver(const struct options *options)
{
	/* Length fields (802.3) have no protocol number of their own to bind to. */
	uint16_t protocol = options->ethertype >= 0x600 ? options->ethertype : ETH_P_ALL;
	int fd = open_interface(options->interface, protocol);
	int size = BUFFER_LEN;
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (options->is_promiscuous) {
		struct packet_mreq request = {
			.mr_ifindex = (int)if_nametoindex(options->interface),
			.mr_type = PACKET_MR_PROMISC,
		};

		if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request)) <
		    0)
			die("promiscuous mode");
	}
	fprintf(stderr, "listening on %s\n", options->interface);
	return fd;
}

static void count_batch(int fd, const struct options *options, struct tally *tally)
{
	static uint8_t data[BATCH][NUMBERED_MAX];
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	uint64_t now;
	int count;

	for (size_t i = 0; i < BATCH; i++) {
		parts[i] = (struct iovec){data[i], sizeof(data[i])};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
	if (count < 0 && errno == ENETDOWN)
		return; /* reported once; the interface may come back */
	if (count < 0 && errno != EAGAIN && errno != EINTR)
		die("receive");
	now = read_clock();
	for (int i = 0; i < count; i++) {
		uint64_t sequence;

		switch (numbered_check(data[i], messages[i].msg_len, options->stream, &sequence)) {
		case NUMBERED_GOOD:
			tally_add(tally, sequence - options->first, messages[i].msg_len, now);
			break;
		case NUMBERED_CORRUPT:
			tally->corrupt++;
			break;
		case NUMBERED_OTHER:
			tally->other++;
			break;
		}
	}
}

/* When to stop, as far as is known now. */
static uint64_t deadline_of(const struct options *options, const struct tally *tally,
			    uint64_t start)
{
	uint64_t end = start + (uint64_t)(options->seconds * (double)NS_PER_S);
	uint64_t idle = options->idle_ns;

	if (options->expect != 0 && tally->unique >= options->expect)
		idle = idle != 0 && idle < GRACE_NS ? idle : GRACE_NS;
	if (idle != 0 && tally->received > 0 && tally->last_ns + idle < end)
		end = tally->last_ns + idle;
	return end;
}

static void print_tally(const struct options *options, const struct tally *tally, int fd)
{
	struct tpacket_stats stats = {0};
	socklen_t len = sizeof(stats);

	(void)getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	printf("{\"stream\":%" PRIu32 ",\"received\":%" PRIu64 ",\"unique\":%" PRIu64
	       ",\"duplicates\":%" PRIu64 ",\"reordered\":%" PRIu64 ",\"corrupt\":%" PRIu64
	       ",\"missing\":%" PRIu64 ",\"other\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"socket_drops\":%u,\"seconds\":%.6f,\"longest_gap_ms\":%.3f}\n",
	       options->stream, tally->received, tally->unique, tally->duplicates, tally->reordered,
	       tally->corrupt, tally_missing(tally, options->expect), tally->other, tally->bytes,
	       stats.tp_drops, (double)(tally->last_ns - tally->first_ns) / (double)NS_PER_S,
	       (double)tally->longest_gap_ns / (double)NS_PER_MS);
}

static int run_recv(const struct options *options)
{
	struct tally tally = {0};
	struct pollfd waiting = {.fd = open_receiver(options), .events = POLLIN};
	uint64_t start = read_clock();
	uint64_t missing;

	while (!is_stopped) {
		uint64_t deadline = deadline_of(options, &tally, start);
		uint64_t now = read_clock();
		struct timespec timeout;

		if (now >= deadline)
			break;
		timeout.tv_sec = (time_t)((deadline - now) / NS_PER_S);
		timeout.tv_nsec = (long)((deadline - now) % NS_PER_S);
		if (ppoll(&waiting, 1, &timeout, NULL) > 0)
			count_batch(waiting.fd, options, &tally);
	}
	print_tally(options, &tally, waiting.fd);
	missing = tally_missing(&tally, options->expect);
	close(waiting.fd);
	tally_fini(&tally);
	return options->expect != 0 && (missing != 0 || tally.corrupt != 0) ? 1 : 0;
}

/* --- options --- */

static bool parse_mac(const char *text, uint8_t mac[ETH_ALEN])
{
	int end = 0;

	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5], &end) == 6 &&
	       text[end] == '\0';
}

static uint64_t parse_integer(const char *name, const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end == text || *end != '\0' || text[0] == '-' || value < min || value > max)
		usage(name, text);
	return value;
}

static double parse_real(const char *name, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 0 && value <= 1e9))
		usage(name, text);
	return value;
}

static const struct option long_options[] = {
	{"dst", required_argument, NULL, 'd'},	   {"src", required_argument, NULL, 's'},
	{"broadcast", no_argument, NULL, 'b'},	   {"ethertype", required_argument, NULL, 't'},
	{"count", required_argument, NULL, 'n'},   {"rate", required_argument, NULL, 'r'},
	{"size", required_argument, NULL, 'z'},	   {"stream", required_argument, NULL, 'i'},
	{"first", required_argument, NULL, 'f'},   {"hex", required_argument, NULL, 'x'},
	{"seconds", required_argument, NULL, 'S'}, {"expect", required_argument, NULL, 'e'},
	{"idle", required_argument, NULL, 'I'},	   {"promiscuous", no_argument, NULL, 'p'},
	{"unnumbered", no_argument, NULL, 'u'},	   {NULL, 0, NULL, 0},
};

static void parse_option(int option, const char *text, struct options *options)
{
	switch (option) {
	case 'd':
		if (!parse_mac(text, options->dst))
			usage("--dst", text);
		break;
	case 's':
		if (!parse_mac(text, options->src))
			usage("--src", text);
		break;
	case 'b':
		memset(options->dst, 0xff, ETH_ALEN);
		break;
	case 't':
		options->ethertype = (uint16_t)parse_integer("--ethertype", text, 0, 0xffff);
		break;
	case 'n':
		options->count = parse_integer("--count", text, 1, UINT64_MAX);
		break;
	case 'r':
		options->rate = parse_real("--rate", text);
		break;
	case 'z':
		options->size = parse_integer("--size", text, NUMBERED_MIN, FRAME_MAX);
		break;
	case 'i':
		options->stream = (uint32_t)parse_integer("--stream", text, 0, UINT32_MAX);
		break;
	case 'f':
		options->first = parse_integer("--first", text, 0, UINT64_MAX);
		break;
	case 'x':
		options->hex_path = text;
		break;
	case 'S':
		options->seconds = parse_real("--seconds", text);
		break;
	case 'e':
		options->expect = parse_integer("--expect", text, 1, UINT64_MAX);
		break;
	case 'I':
		options->idle_ns = (uint64_t)(parse_real("--idle", text) * (double)NS_PER_MS);
		break;
	case 'p':
		options->is_promiscuous = true;
		break;
	case 'u':
		options->is_unnumbered = true;
		break;
	default:
		exit(USAGE_STATUS);
	}
}

int main(int argc, char **argv)
{
	struct options options = {.ethertype = 0x88b6, .count = 1, .size = 64};
	struct sigaction action = {.sa_handler = on_signal};
	bool is_send = argc > 1 && strcmp(argv[1], "send") == 0;
	bool has_dst;
	int option;

	if (argc < 3 || (!is_send && strcmp(argv[1], "recv") != 0))
		usage("what to do is missing", "");
	options.interface = argv[2];
	optind = 3;
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		parse_option(option, optarg, &options);
	if (optind != argc)
		usage("unknown", argv[optind]);
	has_dst = memcmp(options.dst, (uint8_t[ETH_ALEN]){0}, ETH_ALEN) != 0;
	if (is_send && options.hex_path == NULL && !has_dst)
		usage("send wants", "--dst, --broadcast or --hex");
	if (!is_send && options.seconds <= 0)
		usage("recv wants", "--seconds");
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	numbered_init();
	return is_send ? run_send(&options) : run_recv(&options);
}
