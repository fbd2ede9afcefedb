# SPDX-License-Identifier: MIT
# Copyright the lanparty authors

# One program a source file, cmocka inside:
#   check_PROGRAMS += tests/unit/test_mac
#   tests_unit_test_mac_SOURCES = tests/unit/test_mac.c

check_PROGRAMS += tests/unit/test_policy
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c \
	tests/unit/policy_vectors.c tests/unit/policy_vectors.h

check_PROGRAMS += tests/unit/test_policy_points
tests_unit_test_policy_points_SOURCES = tests/unit/test_policy_points.c \
	tests/unit/policy_vectors.c tests/unit/policy_vectors.h

check_PROGRAMS += tests/unit/test_dhcpguard
tests_unit_test_dhcpguard_SOURCES = tests/unit/test_dhcpguard.c

check_PROGRAMS += tests/unit/test_fragment6
tests_unit_test_fragment6_SOURCES = tests/unit/test_fragment6.c

# Who says what about IP addresses, and what else gateway and client let pass.
CLAIM_FRAMES = tests/unit/claim_frames.c tests/unit/claim_frames.h
check_PROGRAMS += tests/unit/test_addrguard tests/unit/test_addrguard_infra tests/unit/test_ipclaim \
	tests/unit/test_gateway_filter \
	tests/unit/test_gateway_filter_probe \
	tests/unit/test_client_filter
tests_unit_test_addrguard_SOURCES = tests/unit/test_addrguard.c $(CLAIM_FRAMES)
tests_unit_test_addrguard_infra_SOURCES = tests/unit/test_addrguard_infra.c $(CLAIM_FRAMES)
tests_unit_test_ipclaim_SOURCES = tests/unit/test_ipclaim.c $(CLAIM_FRAMES)
tests_unit_test_gateway_filter_SOURCES = tests/unit/test_gateway_filter.c $(CLAIM_FRAMES)
tests_unit_test_gateway_filter_probe_SOURCES = tests/unit/test_gateway_filter_probe.c $(CLAIM_FRAMES)
tests_unit_test_client_filter_SOURCES = tests/unit/test_client_filter.c

check_PROGRAMS += tests/unit/test_crash
tests_unit_test_crash_SOURCES = tests/unit/test_crash.c
check_PROGRAMS += tests/unit/test_addr
tests_unit_test_addr_SOURCES = tests/unit/test_addr.c

check_PROGRAMS += tests/unit/test_dropped
tests_unit_test_dropped_SOURCES = tests/unit/test_dropped.c

check_PROGRAMS += tests/unit/test_late_ack
tests_unit_test_late_ack_SOURCES = tests/unit/test_late_ack.c

check_PROGRAMS += tests/unit/test_frame_scan
tests_unit_test_frame_scan_SOURCES = tests/unit/test_frame_scan.c

check_PROGRAMS += tests/unit/test_quote
tests_unit_test_quote_SOURCES = tests/unit/test_quote.c

check_PROGRAMS += tests/unit/test_ether
tests_unit_test_ether_SOURCES = tests/unit/test_ether.c

check_PROGRAMS += tests/unit/test_list
tests_unit_test_list_SOURCES = tests/unit/test_list.c

check_PROGRAMS += tests/unit/test_loop
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c

check_PROGRAMS += tests/unit/test_busy_poll
tests_unit_test_busy_poll_SOURCES = tests/unit/test_busy_poll.c

check_PROGRAMS += tests/unit/test_batching
tests_unit_test_batching_SOURCES = tests/unit/test_batching.c

check_PROGRAMS += tests/unit/test_posts
tests_unit_test_posts_SOURCES = tests/unit/test_posts.c

check_PROGRAMS += tests/unit/test_log
tests_unit_test_log_SOURCES = tests/unit/test_log.c

check_PROGRAMS += tests/unit/test_logqueue
tests_unit_test_logqueue_SOURCES = tests/unit/test_logqueue.c

check_PROGRAMS += tests/unit/test_logsink
tests_unit_test_logsink_SOURCES = tests/unit/test_logsink.c

check_PROGRAMS += tests/unit/test_calendar
tests_unit_test_calendar_SOURCES = tests/unit/test_calendar.c

check_PROGRAMS += tests/unit/test_mac
tests_unit_test_mac_SOURCES = tests/unit/test_mac.c

check_PROGRAMS += tests/unit/test_map
tests_unit_test_map_SOURCES = tests/unit/test_map.c

check_PROGRAMS += tests/unit/test_mem
tests_unit_test_mem_SOURCES = tests/unit/test_mem.c

check_PROGRAMS += tests/unit/test_rand
tests_unit_test_rand_SOURCES = tests/unit/test_rand.c

check_PROGRAMS += tests/unit/test_fair tests/unit/test_flow tests/unit/test_limit
tests_unit_test_fair_SOURCES = tests/unit/test_fair.c
tests_unit_test_flow_SOURCES = tests/unit/test_flow.c
tests_unit_test_limit_SOURCES = tests/unit/test_limit.c

check_PROGRAMS += tests/unit/test_seen
tests_unit_test_seen_SOURCES = tests/unit/test_seen.c

check_PROGRAMS += tests/unit/test_addrprobe tests/unit/test_chown
tests_unit_test_addrprobe_SOURCES = tests/unit/test_addrprobe.c
tests_unit_test_chown_SOURCES = tests/unit/test_chown.c

check_PROGRAMS += tests/unit/test_verdict
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c

check_PROGRAMS += tests/unit/test_base64url tests/unit/test_credential tests/unit/test_digest \
	tests/unit/test_identity tests/unit/test_pin tests/unit/test_seal tests/unit/test_store \
	tests/unit/test_trust tests/unit/test_rollback
tests_unit_test_base64url_SOURCES = tests/unit/test_base64url.c
tests_unit_test_credential_SOURCES = tests/unit/test_credential.c
tests_unit_test_digest_SOURCES = tests/unit/test_digest.c
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c
tests_unit_test_pin_SOURCES = tests/unit/test_pin.c
tests_unit_test_seal_SOURCES = tests/unit/test_seal.c
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_rollback_SOURCES = tests/unit/test_rollback.c
tests_unit_test_trust_SOURCES = tests/unit/test_trust.c tests/unit/handshake.c tests/unit/handshake.h

check_PROGRAMS += tests/unit/test_bucket tests/unit/test_budget tests/unit/test_cursor \
	tests/unit/test_datagram tests/unit/test_frameq tests/unit/test_message \
	tests/unit/test_fragment tests/unit/test_pool tests/unit/test_record
tests_unit_test_bucket_SOURCES = tests/unit/test_bucket.c
tests_unit_test_budget_SOURCES = tests/unit/test_budget.c
tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c
tests_unit_test_datagram_SOURCES = tests/unit/test_datagram.c
tests_unit_test_frameq_SOURCES = tests/unit/test_frameq.c
tests_unit_test_message_SOURCES = tests/unit/test_message.c
tests_unit_test_fragment_SOURCES = tests/unit/test_fragment.c
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c
check_PROGRAMS += tests/unit/test_grammar
tests_unit_test_grammar_SOURCES = tests/unit/test_grammar.c
check_PROGRAMS += tests/unit/test_protocol_page
tests_unit_test_protocol_page_SOURCES = tests/unit/test_protocol_page.c
tests_unit_test_record_SOURCES = tests/unit/test_record.c

# The control socket and lanpartyctl.
check_PROGRAMS += tests/unit/test_utf8
tests_unit_test_utf8_SOURCES = tests/unit/test_utf8.c
check_PROGRAMS += tests/unit/test_files
tests_unit_test_files_SOURCES = tests/unit/test_files.c
check_PROGRAMS += tests/unit/test_service
tests_unit_test_service_SOURCES = tests/unit/test_service.c
check_PROGRAMS += tests/unit/test_ctl_socket
tests_unit_test_ctl_socket_SOURCES = tests/unit/test_ctl_socket.c \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h
check_PROGRAMS += tests/unit/test_admin
tests_unit_test_admin_SOURCES = tests/unit/test_admin.c \
	tests/unit/dummy_role.c tests/unit/dummy_role.h \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h
check_PROGRAMS += tests/unit/test_mistake
tests_unit_test_mistake_SOURCES = tests/unit/test_mistake.c
check_PROGRAMS += tests/unit/test_daemon_answers
tests_unit_test_daemon_answers_SOURCES = tests/unit/test_daemon_answers.c
check_PROGRAMS += tests/unit/test_ctl_exit
tests_unit_test_ctl_exit_SOURCES = tests/unit/test_ctl_exit.c
check_PROGRAMS += tests/unit/test_ctl
tests_unit_test_ctl_SOURCES = tests/unit/test_ctl.c \
	tests/unit/dummy_role.c tests/unit/dummy_role.h \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h

check_PROGRAMS += tests/unit/test_badline tests/unit/test_numbered tests/unit/test_tally
tests_unit_test_badline_SOURCES = tests/unit/test_badline.c \
	tests/tools/badline.c tests/tools/badline.h tests/tools/impair_options.h
tests_unit_test_numbered_SOURCES = tests/unit/test_numbered.c \
	tests/tools/numbered.c tests/tools/numbered.h
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c tests/tools/tally.c tests/tools/tally.h

# GSO frames and the devices of the platform, as far as they need no privilege.
check_PROGRAMS += tests/unit/test_gso_frame tests/unit/test_gro tests/unit/test_resolve
tests_unit_test_gso_frame_SOURCES = tests/unit/test_gso_frame.c \
	tests/unit/tcp_frame.c tests/unit/tcp_frame.h
tests_unit_test_gro_SOURCES = tests/unit/test_gro.c \
	tests/unit/tcp_frame.c tests/unit/tcp_frame.h tests/unit/join.c tests/unit/join.h
tests_unit_test_resolve_SOURCES = tests/unit/test_resolve.c \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h

if HOST_LINUX
check_PROGRAMS += tests/unit/test_netcfg tests/unit/test_rawif_filter tests/unit/test_udp \
	tests/unit/test_udp_segment
tests_unit_test_netcfg_SOURCES = tests/unit/test_netcfg.c \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h
tests_unit_test_rawif_filter_SOURCES = tests/unit/test_rawif_filter.c
tests_unit_test_udp_SOURCES = tests/unit/test_udp.c \
	tests/unit/poll_watcher.c tests/unit/poll_watcher.h
tests_unit_test_udp_segment_SOURCES = tests/unit/test_udp_segment.c
tests_unit_test_udp_segment_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sendmsg -Wl,--wrap=sendmmsg
endif HOST_LINUX

# The configuration: reading, checking and showing it.
check_PROGRAMS += tests/unit/test_conf tests/unit/test_effective tests/unit/test_input
check_PROGRAMS += tests/unit/test_quantity tests/unit/test_schema tests/unit/test_suggest
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c
tests_unit_test_effective_SOURCES = tests/unit/test_effective.c
tests_unit_test_input_SOURCES = tests/unit/test_input.c
tests_unit_test_quantity_SOURCES = tests/unit/test_quantity.c
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c
tests_unit_test_suggest_SOURCES = tests/unit/test_suggest.c

# The pure parts of connections, links and the relay.
check_PROGRAMS += tests/unit/test_inflight tests/unit/test_tx_batch tests/unit/test_pathprobe \
	tests/unit/test_ban tests/unit/test_reclaim tests/unit/test_token_file tests/unit/test_quota tests/unit/test_room tests/unit/test_stream tests/unit/test_ticket
tests_unit_test_inflight_SOURCES = tests/unit/test_inflight.c
tests_unit_test_tx_batch_SOURCES = tests/unit/test_tx_batch.c
tests_unit_test_pathprobe_SOURCES = tests/unit/test_pathprobe.c
tests_unit_test_ban_SOURCES = tests/unit/test_ban.c
tests_unit_test_reclaim_SOURCES = tests/unit/test_reclaim.c
tests_unit_test_quota_SOURCES = tests/unit/test_quota.c
tests_unit_test_room_SOURCES = tests/unit/test_room.c
tests_unit_test_token_file_SOURCES = tests/unit/test_token_file.c
tests_unit_test_stream_SOURCES = tests/unit/test_stream.c
tests_unit_test_ticket_SOURCES = tests/unit/test_ticket.c

check_PROGRAMS += tests/unit/test_move tests/unit/test_tls_filter
tests_unit_test_move_SOURCES = tests/unit/test_move.c
tests_unit_test_tls_filter_SOURCES = tests/unit/test_tls_filter.c

check_PROGRAMS += tests/unit/test_rtt
tests_unit_test_rtt_SOURCES = tests/unit/test_rtt.c

# The client's doings with the operating system, on one in memory; what it tells the player.
check_PROGRAMS += tests/unit/test_diagnose tests/unit/test_relay_route tests/unit/test_tapnet
tests_unit_test_diagnose_SOURCES = tests/unit/test_diagnose.c
tests_unit_test_relay_route_SOURCES = tests/unit/test_relay_route.c \
	tests/unit/fake_netos.c tests/unit/fake_netos.h
tests_unit_test_tapnet_SOURCES = tests/unit/test_tapnet.c \
	tests/unit/fake_netos.c tests/unit/fake_netos.h

check_PROGRAMS += tests/unit/test_hostile
tests_unit_test_hostile_SOURCES = tests/unit/test_hostile.c \
	tests/unit/hostile.c tests/unit/hostile.h tests/unit/hostile_frame.c

check_PROGRAMS += tests/unit/test_udp_inherit
tests_unit_test_udp_inherit_SOURCES = tests/unit/test_udp_inherit.c

check_PROGRAMS += tests/unit/test_hostile_table
tests_unit_test_hostile_table_SOURCES = tests/unit/test_hostile_table.c \
	tests/unit/hostile.c tests/unit/hostile.h tests/unit/hostile_frame.c
