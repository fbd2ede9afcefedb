#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""Fields of structs that are written, or not even that, and that nothing reads.

    unread_fields.py SOURCE_DIR BUILD_DIR    one line a field: FILE:LINE: struct.field

It asks libclang, so it sees what the compiler sees: through macros, initialisers and offsetof. In doubt a
field counts as read: where its address is taken, or a struct is copied as bytes.
Exit status 77: there is no libclang for Python here.
"""
import glob
import multiprocessing
import os
import subprocess
import sys

try:
    from clang.cindex import CursorKind as K, Index, LibclangError, TranslationUnitLoadError
except ImportError:
    sys.exit(77)

LIBRARIES = ["libngtcp2", "gnutls", "libconfig", "json-c", "libevent_core"]
# Functions that only write through their first argument.
WRITERS = {"memset", "memcpy", "memmove", "snprintf", "vsnprintf", "strcpy"}
TRANSPARENT = {K.PAREN_EXPR, K.UNEXPOSED_EXPR}
STATEMENTS = {K.COMPOUND_STMT, K.CASE_STMT, K.DEFAULT_STMT, K.LABEL_STMT}
BODIES = {K.IF_STMT, K.WHILE_STMT}  # whose first child is the condition
READ, WRITE, NEITHER = "read", "write", "neither"


class Census:
    def __init__(self, source_dir):
        self.source_dir = source_dir
        self.fields, self.read, self.texts, self.seen = {}, set(), {}, set()

    def text(self, location, end):
        "The source from one location to another of the same file; in a macro there is none."
        if location.file is None or end.file is None or location.file.name != end.file.name:
            return ""
        name = location.file.name
        if name not in self.texts:
            with open(name, "rb") as source:
                self.texts[name] = source.read()
        return self.texts[name][location.offset:end.offset].decode(errors="replace")

    def is_assignment(self, cursor, children):
        return self.text(children[0].extent.end, children[1].extent.start).strip(" \t\n\\()") == "="

    def is_count(self, cursor):
        text = self.text(cursor.extent.start, cursor.extent.end)
        return text.startswith(("++", "--")) or text.endswith(("++", "--"))

    def walk(self, cursor, use, is_statement=False):
        "use: what becomes of the value of this expression. is_statement: nothing does."
        kind = cursor.kind
        # The members of a union stand for each other: to read one may be to read them all.
        if kind == K.FIELD_DECL and cursor.semantic_parent.kind != K.UNION_DECL:
            self.fields[cursor.get_usr()] = (cursor.location.file.name, cursor.location.line,
                                             cursor.semantic_parent.spelling, cursor.spelling)
        children = list(cursor.get_children())
        if kind == K.MEMBER_REF_EXPR:
            if use == READ and cursor.referenced is not None:
                self.read.add(cursor.referenced.get_usr())
            # To write a member of a struct is no reading of the struct; to follow a pointer is.
            is_arrow = not children or children[0].type.get_canonical().kind.name == "POINTER"
            for child in children:
                self.walk(child, READ if is_arrow else use)
        elif kind == K.MEMBER_REF:  # of offsetof
            self.read.add(cursor.referenced.get_usr())
        elif kind == K.INIT_LIST_EXPR:
            self.walk_initialiser(children)
        elif kind == K.BINARY_OPERATOR and len(children) == 2 and self.is_assignment(cursor, children):
            self.walk(children[0], WRITE if is_statement else READ)
            self.walk(children[1], READ)
        elif kind == K.COMPOUND_ASSIGNMENT_OPERATOR:
            self.walk(children[0], WRITE if is_statement else READ)
            self.walk(children[1], READ)
        elif kind == K.UNARY_OPERATOR and is_statement and self.is_count(cursor):
            self.walk(children[0], WRITE)
        elif kind == K.ARRAY_SUBSCRIPT_EXPR:
            is_array = "ARRAY" in strip(children[0]).type.get_canonical().kind.name
            self.walk(children[0], use if is_array else READ)
            self.walk(children[1], READ)
        elif kind == K.CALL_EXPR and cursor.spelling in WRITERS and len(children) > 1:
            self.walk(children[0], READ)
            self.walk(children[1], WRITE if is_plain(children[1]) else READ)
            for child in children[2:]:
                self.walk(child, READ)
        elif kind == K.CXX_UNARY_EXPR:  # sizeof
            for child in children:
                self.walk(child, NEITHER)
        elif kind in TRANSPARENT:
            for child in children:
                self.walk(child, use, is_statement)
        else:
            for i, child in enumerate(children):
                self.walk(child, READ, kind in STATEMENTS or (kind in BODIES and i > 0))

    def walk_initialiser(self, children):
        for child in children:
            parts = list(child.get_children()) if child.kind == K.UNEXPOSED_EXPR else []
            if parts and parts[0].kind == K.MEMBER_REF:  # `.field = value`
                for part in parts:
                    if part.kind != K.MEMBER_REF:
                        self.walk(part, READ)
            elif child.kind != K.MEMBER_REF:
                self.walk(child, READ)

    def take(self, path, flags):
        unit = Index.create().parse(path, args=flags)
        errors = [d for d in unit.diagnostics if d.severity >= 3]
        if errors:
            raise RuntimeError(str(errors[0]))
        for cursor in unit.cursor.get_children():
            file = cursor.location.file
            if file is None or not file.name.startswith(self.source_dir):
                continue
            place = (file.name, cursor.location.offset)
            if place not in self.seen:
                self.seen.add(place)
                self.walk(cursor, READ)


def strip(cursor):
    while cursor.kind in TRANSPARENT:
        children = list(cursor.get_children())
        if len(children) != 1:
            return cursor
        cursor = children[0]
    return cursor


def is_plain(cursor):
    "A member as it stands, and not one that it points to?"
    cursor = strip(cursor)
    return cursor.kind == K.MEMBER_REF_EXPR and "ARRAY" in cursor.type.get_canonical().kind.name


def take_all(job):
    source_dir, flags, paths = job
    census = Census(source_dir + "/src/")
    for path in paths:
        census.take(path, flags)
    return census.fields, census.read


def main():
    source_dir, build_dir = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    flags = subprocess.run(["pkg-config", "--cflags"] + LIBRARIES, check=True, capture_output=True,
                           text=True).stdout.split()
    flags += ["-std=gnu11", "-D_GNU_SOURCE", "-DHAVE_CONFIG_H", "-DLP_SBINDIR=\"\"", "-I" + source_dir + "/src", "-I" + build_dir]
    paths = sorted(p for p in glob.glob(source_dir + "/src/**/*.c", recursive=True) if "/win32/" not in p)
    try:
        Index.create()
    except LibclangError:
        sys.exit(77)
    count = os.cpu_count() or 1
    fields, read = {}, set()
    with multiprocessing.Pool(count) as pool:
        for some_fields, some_read in pool.map(take_all, [(source_dir, flags, paths[i::count * 4])
                                                          for i in range(count * 4)], 1):
            fields.update(some_fields)
            read |= some_read
    print(f"{len(fields)} fields in {len(paths)} files", file=sys.stderr)
    for usr, (file, line, struct, name) in sorted(fields.items(), key=lambda item: item[1]):
        if usr not in read and name:
            print(f"{os.path.relpath(file, source_dir)}:{line}: {struct or '(anonymous)'}.{name}")


if __name__ == "__main__":
    main()
