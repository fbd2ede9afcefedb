# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# Relay, gateway and clients in one process, in simulated time over in-memory wires.

SIM = tests/sim/books.c tests/sim/books.h \
	tests/sim/node_peer.c \
	tests/sim/node_raw.c \
	tests/sim/node_relay.c \
	tests/sim/nodes.h \
	tests/sim/party.c tests/sim/party.h \
	tests/sim/sim.c tests/sim/sim.h \
	tests/sim/traffic.c tests/sim/traffic.h \
	tests/sim/wire.c \
	tests/tools/numbered.c tests/tools/numbered.h \
	tests/tools/tally.c tests/tools/tally.h

check_PROGRAMS += tests/sim/sim_crash
tests_sim_sim_crash_SOURCES = tests/sim/sim_crash.c $(SIM)

check_PROGRAMS += tests/sim/sim_crowd tests/sim/sim_names tests/sim/sim_drops tests/sim/sim_kick tests/sim/sim_rooms tests/sim/sim_theft
tests_sim_sim_crowd_SOURCES = tests/sim/sim_crowd.c $(SIM)
tests_sim_sim_drops_SOURCES = tests/sim/sim_drops.c $(SIM)
tests_sim_sim_names_SOURCES = tests/sim/sim_names.c $(SIM)
tests_sim_sim_kick_SOURCES = tests/sim/sim_kick.c $(SIM)
tests_sim_sim_rooms_SOURCES = tests/sim/sim_rooms.c $(SIM)
tests_sim_sim_theft_SOURCES = tests/sim/sim_theft.c $(SIM)

check_PROGRAMS += tests/sim/sim_blackout tests/sim/sim_control tests/sim/sim_door \
	tests/sim/sim_forward tests/sim/sim_hostile tests/sim/sim_join tests/sim/sim_keys \
	tests/sim/sim_lifecycle tests/sim/sim_limits tests/sim/sim_lossy tests/sim/sim_path tests/sim/sim_race tests/sim/sim_restart tests/sim/sim_truth tests/sim/sim_smoke \
	tests/sim/sim_soak tests/sim/sim_spoof tests/sim/sim_storm
tests_sim_sim_blackout_SOURCES = tests/sim/sim_blackout.c $(SIM)
tests_sim_sim_control_SOURCES = tests/sim/sim_control.c $(SIM)
tests_sim_sim_door_SOURCES = tests/sim/sim_door.c $(SIM)
tests_sim_sim_forward_SOURCES = tests/sim/sim_forward.c $(SIM)
tests_sim_sim_hostile_SOURCES = tests/sim/sim_hostile.c $(SIM)
tests_sim_sim_join_SOURCES = tests/sim/sim_join.c $(SIM)
tests_sim_sim_keys_SOURCES = tests/sim/sim_keys.c $(SIM)
tests_sim_sim_lifecycle_SOURCES = tests/sim/sim_lifecycle.c $(SIM)
tests_sim_sim_limits_SOURCES = tests/sim/sim_limits.c $(SIM)
tests_sim_sim_lossy_SOURCES = tests/sim/sim_lossy.c $(SIM)
tests_sim_sim_path_SOURCES = tests/sim/sim_path.c $(SIM)
tests_sim_sim_race_SOURCES = tests/sim/sim_race.c $(SIM)
tests_sim_sim_restart_SOURCES = tests/sim/sim_restart.c $(SIM)
tests_sim_sim_truth_SOURCES = tests/sim/sim_truth.c $(SIM)
tests_sim_sim_smoke_SOURCES = tests/sim/sim_smoke.c $(SIM)
tests_sim_sim_soak_SOURCES = tests/sim/sim_soak.c $(SIM)
# It has ends that want no protocol, and take no DATAGRAMs.
check_PROGRAMS += tests/sim/sim_terms
tests_sim_sim_terms_SOURCES = tests/sim/sim_terms.c $(SIM)
tests_sim_sim_terms_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=gnutls_alpn_set_protocols \
	-Wl,--wrap=gnutls_handshake_set_post_client_hello_function -Wl,--wrap=lp_conn_params
# It makes ngtcp2 say what it says only after a year.
tests_sim_sim_spoof_SOURCES = tests/sim/sim_spoof.c $(SIM)
tests_sim_sim_spoof_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=ngtcp2_conn_read_pkt_versioned
# It writes what ngtcp2 never writes.
tests_sim_sim_storm_SOURCES = tests/sim/sim_storm.c $(SIM)
tests_sim_sim_storm_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=ngtcp2_crypto_encrypt_cb

# Whole roles, on a loop, sockets and devices of the simulator instead of the system's.
check_PROGRAMS += tests/sim/sim_answers
tests_sim_sim_answers_SOURCES = tests/sim/sim_answers.c tests/sim/answers.c tests/sim/answers.h \
	tests/sim/node_role.c tests/sim/node_role.h \
	tests/unit/fake_netos.c tests/unit/fake_netos.h $(SIM)
tests_sim_sim_answers_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=lp_netcfg_watch \
	-Wl,--wrap=lp_netcfg_unwatch -Wl,--wrap=lp_netcfg_addresses \
	-Wl,--wrap=lp_netcfg_default_routes -Wl,--wrap=lp_journal_open
