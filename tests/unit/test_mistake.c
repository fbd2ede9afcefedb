/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "conf/conf.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char first[512];
static size_t fault_count;

static void on_error(void *user, const char *line)
{
	(void)user;
	if (fault_count++ == 0)
		lp_strcopy(first, sizeof(first), line);
}

static bool is_good(const char *text)
{
	struct lp_conf *conf = NULL;
	enum lp_err err;

	first[0] = '\0';
	fault_count = 0;
	err = lp_conf_load_text("f", text, strlen(text), NULL, 0, on_error, NULL, &conf);
	if (err == LP_OK)
		lp_conf_free(conf);
	return err == LP_OK;
}

/* What people write who know another format: the line of it, and the remedy. */
static void each_mistake_has_its_sentence(void **state)
{
	static const struct {
		const char *text, *fault;
	} cases[] = {
		/* YAML */
		{"role: relay\n", "f:1: text stands in quotes: \"relay\""},
		{"role: \"relay\"\nrelay:\n  listen: 443/udp\n",
		 "f:2: a group stands in braces: relay: { ... };"},
		{"role: \"relay\"\nrelay:\n  rooms:\n    - code: A\n",
		 "f:2: a group stands in braces: relay: { ... };"},
		{"- role: relay\n", "f:1: this is no setting"},
		{"---\nrole: relay\n", "f:1: this is no setting"},
		/* INI and TOML */
		{"[relay]\nlisten = 443\n",
		 "f:1: this is a section of an INI file: write relay: { ... };"},
		{"role = \"relay\";\n\n[ relay ]\n", "f:3: this is a section of an INI file"},
		{"relay.listen = \"443/udp\"\n",
		 "f:1: a name has no dots: write relay: { listen = ...; };"},
		{"; a comment\nrole = \"relay\";\n",
		 "f:1: a comment begins with # or //, not with ;"},
		{"role = relay\n", "f:1: text stands in quotes: \"relay\""},
		/* JSON */
		{"{ \"role\": \"relay\" }", "f:1: a group needs a name before its brace"},
		{"\"role\": \"relay\"", "f:1: a name stands without quotes"},
		/* lists */
		{"role = \"relay\";\nrelay: {\n rooms = [ { code = \"A\"; } ];\n};",
		 "f:3: groups are listed in parentheses: ( { ... }, { ... } )"},
		{"role = \"relay\";\nrelay: { rooms = [\n { code = \"A\"; } ]; };",
		 "f:3: groups are listed in parentheses"},
		{"relay: { rooms = ( { code = \"A\"; }, ); };",
		 "f:1: there is no value between the , and the ): remove the ,"},
		{"relay: { policy = [ \"a\",\n ]; };",
		 "f:1: there is no value between the , and the ]: remove the ,"},
		{"relay: { rooms = ( { code = \"A\"; }\n { code = \"B\"; } ); };",
		 "f:2: a , is missing between two values"},
		{"relay: { rooms = ( { code = \"A\"; }; { code = \"B\"; } ); };",
		 "f:1: a , is missing between two values"},
		/* values */
		{"relay: { listen = 443/udp; };", "f:1: text stands in quotes: \"443/udp\""},
		{"relay: { listen = 192.0.2.1:443; };",
		 "f:1: text stands in quotes: \"192.0.2.1:443\""},
		{"client: { mac = 02:00:5e:10:00:01; };",
		 "f:1: text stands in quotes: \"02:00:5e:10:00:01\""},
		{"relay: { limits: { queue_age = 250ms; }; };",
		 "f:1: text stands in quotes: \"250ms\""},
		{"state_dir = /var/lib/lanparty\n",
		 "f:1: text stands in quotes: \"/var/lib/lanparty\""},
		{"relay: { open_rooms = yes; };", "f:1: write true, not yes"},
		{"relay: { open_rooms = On; };", "f:1: write true, not On"},
		{"relay: { open_rooms = no; };", "f:1: write false, not no"},
		{"relay: { open_rooms = off; };", "f:1: write false, not off"},
		{"role = \xe2\x80\x9crelay\xe2\x80\x9d;",
		 "f:1: text stands in straight double quotes"},
		{"role = 'relay';", "f:1: text stands in straight double quotes (\"), not in '"},
		{"role = ;", "f:1: \"role\" has no value"},
		{"role =\n", "f:1: \"role\" has no value"},
		{"role\n", "f:1: \"role\" has no value"},
		{"role == \"relay\";", "f:1: write one = or :, not two"},
		{"role := \"relay\";", "f:1: write one = or :, not two"},
		{"role \"relay\";", "f:1: a = is missing after \"role\""},
		{"set role = \"relay\";", "f:1: a = is missing after \"set\""},
		{"role = \"relay\";;\n", "f:1: there is a ; too many"},
		/* brackets */
		{"role = \"relay\";\nrelay {\n};",
		 "f:2: a : is missing before the brace: relay: { ... };"},
		{"role = \"relay\";\nrelay: {\n open_rooms = true;\n",
		 "f:2: the { that is opened here has no closing }"},
		{"relay: {\n rooms = ( { code = \"A\"; }\n};",
		 "f:2: the ( that is opened here has no ) before the } in line 3"},
		{"role = \"relay\";\n};\n", "f:2: this } closes nothing"},
		{"relay: { rooms = ( { code = \"A\"; } ] };",
		 "f:1: the ( that is opened here has no )"},
		/* what libconfig reads, and the schema does not */
		{"role = \"relay\"; relay: { workers = \"2\"; open_rooms = true; };",
		 "f:1: relay.workers: must be a whole number, without quotes"},
		{"role = \"relay\"; relay: { listen = 443; open_rooms = true; };",
		 "f:1: relay.listen: must be text in quotes"},
		{"role = \"relay\"; relay: { open_rooms = \"yes\"; };",
		 "f:1: relay.open_rooms: must be true or false, without quotes"},
		{"role = \"relay\"; relay: { open_rooms = 1; };",
		 "f:1: relay.open_rooms: must be true or false, without quotes"},
		{"role = \"relay\";\nrole = \"client\";\n", "f:2: this name is there twice"},
		{"role = \"relay\"; rooms = ( { code = \"A\"; } );",
		 "f:1: rooms: unknown key, did you mean \"relay.rooms\"?"},
		{"role = \"relay\"; relay = { lissten = \"443/udp\"; open_rooms = true; };",
		 "f:1: relay.lissten: unknown key, did you mean \"relay.listen\"?"},
		{"role = \"relay;\n", "f:1: the text has no closing quote"},
		{"\xff\xfer\n", "f: is UTF-16 text: save it as UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(cases); i++) {
		assert_false(is_good(cases[i].text));
		if (strncmp(first, cases[i].fault, strlen(cases[i].fault)) != 0)
			fail_msg("%s\nis \"%s\", not \"%s\"", cases[i].text, first, cases[i].fault);
	}
}

/* What is only unusual is taken. */
static void habits_are_taken(void **state)
{
	static const char *const texts[] = {
		"role = \"relay\"; relay: { open_rooms = true; };",
		"role : \"relay\"\nrelay = { open_rooms = TRUE }",
		"\xef\xbb\xbfrole = \"relay\";\r\nrelay:\r\n{\r\n\topen_rooms = true;\r\n};\r\n",
		"// one\n# two\n/* three */ role = \"relay\" relay: { open_rooms = true }",
		"role = \"relay\", relay: { rooms = ( { code = \"A\" }, { code = \"B\" } ) }",
		"role = \"re\" \"lay\"; relay: { open_rooms = true; };",
		"role\n=\n\"relay\"\n;\nrelay\n:\n{\nopen_rooms\n=\ntrue\n;\n}\n;\n",
	};

	(void)state;
	for (size_t i = 0; i < LP_ARRAY_COUNT(texts); i++) {
		if (!is_good(texts[i]))
			fail_msg("%s\nis \"%s\"", texts[i], first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_has_its_sentence),
		cmocka_unit_test(habits_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
