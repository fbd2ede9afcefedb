# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
#
# Reads the .trs and then the .log of one test program and prints a line for each of its cases:
# "pass", "fail NAME" or "skip NAME", a tab, the log. A program without cmocka's lines is one case. A
# case that began and did not end has failed, and so has a program that failed outside its cases.

function result(word, name) {
	print word (word == "pass" ? "" : " " name) "\t" log_name
	count[word]++
	name_of_open = ""
}

BEGIN {
	log_name = trs
	sub(/\.trs$/, ".log", log_name)
	program = trs
	sub(/^.*\//, "", program)
	sub(/\.trs$/, "", program)
}

FILENAME == trs {
	if ($1 == ":test-result:")
		verdict = $2
	next
}

/^\[ RUN      \] / {
	if (name_of_open != "")
		result("fail", name_of_open)
	name_of_open = program ": " $NF
	next
}

name_of_open != "" && /^\[       OK \] / { result("pass", name_of_open) }
name_of_open != "" && /^\[  FAILED  \] / { result("fail", name_of_open) }
name_of_open != "" && /^\[  ERROR   \] / { result("fail", name_of_open) }
name_of_open != "" && /^\[  SKIPPED \] / { result("skip", name_of_open) }

END {
	if (name_of_open != "")
		result("fail", name_of_open)
	total = count["pass"] + count["fail"] + count["skip"]
	if (verdict == "PASS" && total == 0)
		result("pass", program)
	else if (verdict == "SKIP" && total == 0)
		result("skip", program)
	else if (verdict != "PASS" && verdict != "SKIP" && count["fail"] == 0)
		result("fail", program)
}
