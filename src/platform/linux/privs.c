/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "platform/privs.h"

#include "base/log.h"
#include "platform/logsink.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t capabilities_of(enum lp_privs keep)
{
	switch (keep) {
	case LP_PRIVS_NET:
		return UINT64_C(1) << CAP_NET_ADMIN;
	case LP_PRIVS_RAW:
		return UINT64_C(1) << CAP_NET_RAW;
	case LP_PRIVS_NONE:
		break;
	}
	return 0;
}

static enum lp_err failed(const char *what)
{
	int error = errno;

	lp_error("privs", "cannot %s: %s", what, strerror(error));
	return error == EPERM ? LP_ERR_PERMISSION : LP_ERR_SYSTEM;
}

/* What no program of this process may ever get back. Needs CAP_SETPCAP, so it comes first. */
static void drop_bounding_set(uint64_t keep)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (cap >= 64 || (keep >> cap & 1) == 0)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	}
}

static enum lp_err become(const char *user)
{
	const struct passwd *entry;

	errno = 0;
	entry = getpwnam(user);
	if (!entry) {
		lp_error("privs",
			 "there is no user \"%s\"; create it (useradd --system %s) or "
			 "name another one",
			 user, user);
		return LP_ERR_NOT_FOUND;
	}
	if (initgroups(user, entry->pw_gid) < 0 ||
	    setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) < 0)
		return failed("change the group");
	/* Else the change of the user takes all capabilities. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) < 0)
		return failed("change the user");
	return LP_OK;
}

/*
 * The C library has no call for it, and what libcap would do is these two. A capability that we do
 * not have is not missed here: what needs it will say so.
 */
static enum lp_err keep_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	if (syscall(SYS_capget, &header, data) < 0)
		return failed("read the capabilities");
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(keep >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, data) < 0)
		return failed("drop the capabilities");
	return LP_OK;
}

/* Capabilities belong to each thread. */
static void drop_thread(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[2] = {{0}};

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)syscall(SYS_capset, &header, none);
}

enum lp_err lp_privs_drop(const char *user, enum lp_privs keep)
{
	uint64_t capabilities = capabilities_of(keep);
	enum lp_err err = LP_OK;

	drop_bounding_set(capabilities);
	if (geteuid() == 0 && user)
		err = become(user);
	if (err == LP_OK)
		err = keep_capabilities(capabilities);
	lp_logsink_call(drop_thread);
	if (err == LP_OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		err = failed("give up new privileges");
	return err;
}

bool lp_privs_is_root(void)
{
	return geteuid() == 0;
}
