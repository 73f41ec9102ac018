// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * add_parent.c - makes an update build on another one
 *
 *   add_parent TARGETS MODULE OFFSET NAME BUILD-ID
 *
 * TARGETS is a file with the bytes of the module's section .ksplice.targets. It gets
 * another row, for the update whose module has that name and that build-id (in
 * hexadecimal). In the module, the struct ksplice_update at that offset counts it. A
 * program of the tests, which put the rows back with objcopy; a section that objcopy
 * updates loses its relocations, and the targets have none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"

static void end_with(const char *problem)
{
	fprintf(stderr, "add_parent: %s\n", problem);
	exit(1);
}

static struct ksplice_target make_row(const char *name, const char *build_id)
{
	struct ksplice_target row = {.kind = KSPLICE_TARGET_UPDATE};
	unsigned int byte;

	if (strlen(name) >= sizeof(row.name))
		end_with("the name is too long");
	memcpy(row.name, name, strlen(name));
	for (; sscanf(build_id, "%2x", &byte) == 1; build_id += 2) {
		if (row.build_id_size == sizeof(row.build_id))
			end_with("the build-id is too long");
		row.build_id[row.build_id_size++] = byte;
	}
	return row;
}

int main(int argc, char **argv)
{
	struct ksplice_target row;
	struct ksplice_update update;
	FILE *targets, *header;
	long offset;

	if (argc != 6)
		end_with("wrong arguments");
	row = make_row(argv[4], argv[5]);
	offset = strtol(argv[3], NULL, 0);
	targets = fopen(argv[1], "ab");
	header = fopen(argv[2], "r+b");
	if (!targets || !header || fseek(header, offset, SEEK_SET) ||
		fread(&update, sizeof(update), 1, header) != 1 ||
		update.magic != KSPLICE_UPDATE_MAGIC)
		end_with("the sections cannot be read");
	update.target_count++;
	if (fwrite(&row, sizeof(row), 1, targets) != 1 || fclose(targets) ||
		fseek(header, offset, SEEK_SET) ||
		fwrite(&update, sizeof(update), 1, header) != 1 || fclose(header))
		end_with("the sections cannot be written");
	return 0;
}
