/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* A relay, a gateway and a client: they meet, and frames go both ways. */

#include "nodes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void frames_go_both_ways(void **state)
{
	struct sim sim;
	struct sim_relay relay;
	struct sim_peer gateway, client;
	struct sim_traffic traffic;
	(void)state;
	sim_init(&sim, 1);
	sim_relay_init(&relay, &sim);
	sim_relay_start(&relay);
	sim_gateway(&gateway, &relay);
	sim_client(&client, &relay, 1);
	sim_wait_up(&sim, SIM_S(3), 2, (struct sim_peer *[]){&gateway, &client});
	assert_int_equal(client.welcome.mtu, 1500);

	sim_traffic_init(&traffic, &sim);
	sim_traffic_add(&traffic, &client, NULL, 300, 100);
	sim_traffic_add(&traffic, &gateway, &client.mac, 1514, 100);
	sim_run(&sim, SIM_S(1));
	traffic.is_paused = true;
	sim_run(&sim, SIM_S(1));
	assert_int_equal(gateway.rx.stream[0].unique, 100);
	assert_int_equal(client.rx.stream[1].unique, 100);

	sim_relay_check_ledger(&relay);
	sim_peer_check_ledger(&gateway);
	sim_peer_check_ledger(&client);
	sim_peer_fini(&client);
	sim_peer_fini(&gateway);
	sim_relay_fini(&relay);
	sim_fini(&sim);
	printf("shows R4 R9 G3 G4 K2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
