/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_writer.h - makes a relocatable object, section by section
 */
#ifndef KSPLICE_DIFFER_ELF_OBJECT_WRITER_H
#define KSPLICE_DIFFER_ELF_OBJECT_WRITER_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct object_writer;

struct object_writer *object_writer_create(void);
/* NULL is fine. */
void object_writer_free(struct object_writer *writer);

/* The number of the section of that name, which is made if it is new. The first caller
 * decides on type (SHT_PROGBITS or SHT_NOBITS), flags and entry size. */
uint32_t object_writer_section(struct object_writer *writer, const char *name,
	uint32_t type, uint64_t flags, uint64_t entry_size);

/* Adds bytes (NULL: zeros) at the next multiple of alignment, and gives the offset. */
uint64_t object_writer_append(struct object_writer *writer, uint32_t section,
	const void *data, uint64_t size, uint64_t alignment);

/* The present size of a section. */
uint64_t object_writer_size(const struct object_writer *writer, uint32_t section);

/* Adds a symbol; section 0 is undefined. Gives its number. */
uint32_t object_writer_symbol(struct object_writer *writer, const char *name,
	uint32_t section, uint64_t value, uint64_t size, uint8_t binding, uint8_t type);

/* The number of the section's own symbol. */
uint32_t object_writer_section_symbol(struct object_writer *writer, uint32_t section);

void object_writer_reloc(struct object_writer *writer, uint32_t section, uint64_t offset,
	uint32_t type, uint32_t symbol, int64_t addend);

struct error *object_writer_write(struct object_writer *writer, const char *path);

#endif
