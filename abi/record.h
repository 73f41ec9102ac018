/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h - names and numbers of the build record
 *
 * ksplice-cc and the GCC plugin write one record per object, ksplice-index reads
 * them. The format itself, field by field, is docs/FORMAT.md.
 */
#ifndef KSPLICE_ABI_RECORD_H
#define KSPLICE_ABI_RECORD_H

/* Changes with every incompatible change to the record; readers refuse others. */
#define KSPLICE_RECORD_FORMAT 2

/* The folder at the root of the object tree that mirrors it. */
#define KSPLICE_RECORD_DIR ".ksplice"

/* kernel/fork.o is recorded in .ksplice/kernel/fork.o.json.zst */
#define KSPLICE_RECORD_SUFFIX ".json.zst"

/* In KSPLICE_RECORD_DIR: the record that the others are compressed with. */
#define KSPLICE_RECORD_DICTIONARY "dictionary.zst"

/* The end of the id of a variable that the compiler made. Such variables of two compiles
 * cannot be matched. */
#define KSPLICE_UNCORRELATED_SUFFIX "!"

/* What "ksplice-cc --ksplice-remake=FOLDER" leaves in that folder. */
#define KSPLICE_REMADE_OBJECT "object.o"
#define KSPLICE_REMADE_RECORD "record.json.zst"

/* The index, in KSPLICE_RECORD_DIR. */
#define KSPLICE_INDEX_FILE "index.db"

/*
 * Where the plugin writes its part of the record (the "unit" object), as a
 * path in the environment. Unset or empty: the plugin does nothing.
 * It is not a plugin argument, because those are part of a compiler cache's key.
 */
#define KSPLICE_ENV_UNIT "KSPLICE_UNIT"

/* "1": the plugin also writes the layouts of all types, and who depends on them. */
#define KSPLICE_ENV_LAYOUTS "KSPLICE_LAYOUTS"

/*
 * "1": each variable that an attribute put into a section of plain data gets a section of
 * its own, whose name is that section's, the mark, and the variable's. Records have the
 * name without mark and variable.
 */
#define KSPLICE_ENV_SPLIT "KSPLICE_SPLIT"
#define KSPLICE_SPLIT_MARK ".ksplice_split."

/* Where ksplice-cc keeps the plugin's output for objects that a compiler cache may have.
 */
#define KSPLICE_ENV_UNIT_STORE "KSPLICE_UNIT_STORE"

/* Of the unit's content and its hashes. Units of different versions cannot be compared.
 */
#define KSPLICE_UNIT_VERSION 2

/*
 * The plugin's output is not valid if it ends in this, the name of a reason
 * (docs/FORMAT.md), and a newline.
 */
#define KSPLICE_UNIT_REASON '!'

/* Such a reason: the plugin is in a compiler of another language than C. */
#define KSPLICE_UNIT_NOT_C "not-c"

/*
 * The programs that ksplice-cc has run above this one, as "device:inode" and a space
 * each, so that wrappers that find each other on PATH do not run each other forever.
 */
#define KSPLICE_ENV_CHAIN "KSPLICE_CHAIN"

/* Where ksplice-cc writes a line about each call. */
#define KSPLICE_ENV_LOG "KSPLICE_LOG"

/* Overrides where the tools look for what was installed with them. */
#define KSPLICE_ENV_LIBDIR "KSPLICE_LIBDIR"

/* The compiler that ksplice-cc runs when its arguments do not name one. */
#define KSPLICE_ENV_COMPILER "KSPLICE_COMPILER"

/* In the library folder: the plugin for GCC's major version, as "ksplice-plugin-12.so":
 * GCC refuses two plugins with the same file name. */
#define KSPLICE_PLUGIN_NAME "ksplice-plugin-%d.so"

#endif
