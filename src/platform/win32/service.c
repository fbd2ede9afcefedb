/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * The service manager of Windows. Only the option --service makes the daemon one of its services:
 * asking the manager whether it is would take a console program seconds.
 */

#include "platform/service.h"
#include "platform/win32/scm.h"

#include "base/clock.h"
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define NAME		"lanparty"
#define START_WAIT_MS	30000 /* how long the manager waits for the next word of ours */
#define STOP_WAIT_MS	10000
#define ERROR_OF_DAEMON 1

static struct {
	SERVICE_STATUS_HANDLE handle; /* NULL: no service */
	SERVICE_STATUS status;
	int argc;
	char **argv;
	int (*run)(int argc, char **argv);
	int result;
} service;

static void tell(DWORD state, DWORD accepted, DWORD wait_ms)
{
	if (!service.handle)
		return;
	service.status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
	service.status.dwCurrentState = state;
	service.status.dwControlsAccepted = accepted;
	service.status.dwWaitHint = wait_ms;
	service.status.dwCheckPoint = wait_ms > 0 ? service.status.dwCheckPoint + 1 : 0;
	SetServiceStatus(service.handle, &service.status);
}

/* On a thread of the manager's; the loop hears of it as of a signal. */
static DWORD WINAPI on_control(DWORD control, DWORD type, void *data, void *context)
{
	(void)type, (void)data, (void)context;
	switch (control) {
	case SERVICE_CONTROL_STOP:
	case SERVICE_CONTROL_PRESHUTDOWN:
		tell(SERVICE_STOP_PENDING, 0, STOP_WAIT_MS);
		raise(SIGTERM);
		return NO_ERROR;
	case SERVICE_CONTROL_INTERROGATE:
		return NO_ERROR;
	default:
		return ERROR_CALL_NOT_IMPLEMENTED;
	}
}

static void WINAPI service_main(DWORD argc, char **argv)
{
	(void)argc, (void)argv; /* of "sc start", not of the service's command line */
	service.handle = RegisterServiceCtrlHandlerExA(NAME, on_control, NULL);
	tell(SERVICE_START_PENDING, 0, START_WAIT_MS);
	service.result = service.run(service.argc, service.argv);
	/* A failure is told as one: the recovery actions of the service begin with it. */
	service.status.dwWin32ExitCode =
		service.result == EXIT_SUCCESS ? NO_ERROR : ERROR_SERVICE_SPECIFIC_ERROR;
	service.status.dwServiceSpecificExitCode = ERROR_OF_DAEMON;
	tell(SERVICE_STOPPED, 0, 0);
}

int lp_service_main(int argc, char **argv, int (*run)(int argc, char **argv))
{
	SERVICE_TABLE_ENTRYA table[] = {{(char *)(uintptr_t)NAME, service_main}, {NULL, NULL}};

	if (argc < 2 || strcmp(argv[1], "--service") != 0)
		return run(argc, argv);
	argv[1] = argv[0];
	service.argc = argc - 1;
	service.argv = argv + 1;
	service.run = run;
	service.result = EXIT_FAILURE;
	if (!StartServiceCtrlDispatcherA(table))
		return EXIT_FAILURE; /* started by a person: nobody reads what could be said */
	return service.result;
}

bool lp_service_is_one(void)
{
	return service.handle != NULL;
}

void lp_service_ready(const char *status)
{
	(void)status;
	tell(SERVICE_RUNNING, SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN, 0);
}

void lp_service_reloading(uint64_t now)
{
	(void)now; /* the SCM has no such state */
}

void lp_service_status(const char *status)
{
	(void)status;
}

bool lp_service_has_manager(void)
{
	return lp_service_is_one();
}

void lp_service_stopping(void)
{
	tell(SERVICE_STOP_PENDING, 0, STOP_WAIT_MS);
}

/* The manager knows no signs of life. */
void lp_service_watchdog(uint64_t now)
{
	(void)now;
}
