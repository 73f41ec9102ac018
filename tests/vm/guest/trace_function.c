// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace_function.c - runs a command while a BPF program is attached to a kernel function
 *
 *   trace_function fentry|fexit FUNCTION COMMAND...
 *
 * A program of the VM tests. The program counts its runs. At the end "FUNCTION: N runs"
 * is printed, after what the command printed. The exit status is the command's own, and
 * 125 if the program cannot be loaded or attached. The kernel needs
 * CONFIG_DEBUG_INFO_BTF, and is asked by bpf(2) alone.
 */
#include <err.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FAILURE 125
#define TYPES "/sys/kernel/btf/vmlinux"

/* The kernel's types, all of them, as the file has them. */
struct types {
	char *data;
	size_t size;
	const struct btf_header *header;
};

static int call_bpf(enum bpf_cmd command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static struct types read_types(void)
{
	struct types types = {0};
	int file = open(TYPES, O_RDONLY);
	ssize_t count = 1;
	size_t room = 0;

	if (file < 0)
		err(FAILURE, TYPES);
	while (count > 0) {
		if (types.size == room) {
			room = room ? 2 * room : 1 << 20;
			types.data = realloc(types.data, room);
			if (!types.data)
				err(FAILURE, TYPES);
		}
		count = read(file, types.data + types.size, room - types.size);
		if (count < 0)
			err(FAILURE, TYPES);
		types.size += count;
	}
	close(file);
	types.header = (const void *)types.data;
	if (types.size < sizeof(*types.header) || types.header->magic != BTF_MAGIC)
		errx(FAILURE, "%s: not BTF", TYPES);
	return types;
}

/* The bytes behind the type itself. */
static size_t size_rest(const struct btf_type *type)
{
	size_t count = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return count * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return count * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return count * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return count * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return count * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return 0;
	}
}

static uint32_t find_function(const struct types *types, const char *name)
{
	const char *names = types->data + types->header->hdr_len + types->header->str_off;
	const char *next = types->data + types->header->hdr_len + types->header->type_off;
	const char *end = next + types->header->type_len;
	uint32_t id;

	for (id = 1; next < end; id++) {
		const struct btf_type *type = (const void *)next;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
			!strcmp(names + type->name_off, name))
			return id;
		next += sizeof(*type) + size_rest(type);
	}
	errx(FAILURE, "%s: not among the kernel's types", name);
}

/* An array of one number. */
static int create_counter(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint64_t),
		.max_entries = 1,
	};
	int map = call_bpf(BPF_MAP_CREATE, &attr);

	if (map < 0)
		err(FAILURE, "BPF_MAP_CREATE");
	return map;
}

static uint64_t read_counter(int map)
{
	uint32_t key = 0;
	uint64_t value = 0;
	union bpf_attr attr = {
		.map_fd = map,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)&value,
	};

	if (call_bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		err(FAILURE, "BPF_MAP_LOOKUP_ELEM");
	return value;
}

static int load_program(enum bpf_attach_type type, uint32_t function, int map)
{
	static char log[1 << 16];
	const struct bpf_insn program[] = {
		/* r1 = the address of the number; *r1 += 1; return 0 */
		{.code = BPF_LD | BPF_DW | BPF_IMM,
			.dst_reg = BPF_REG_1,
			.src_reg = BPF_PSEUDO_MAP_VALUE,
			.imm = map},
		{0},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 1},
		{.code = BPF_STX | BPF_ATOMIC | BPF_DW,
			.dst_reg = BPF_REG_1,
			.src_reg = BPF_REG_2,
			.imm = BPF_ADD},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.insns = (uintptr_t)program,
		.insn_cnt = sizeof(program) / sizeof(program[0]),
		.license = (uintptr_t) "GPL",
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
		.expected_attach_type = type,
		.attach_btf_id = function,
	};
	int loaded = call_bpf(BPF_PROG_LOAD, &attr);

	if (loaded < 0)
		err(FAILURE, "BPF_PROG_LOAD: %s", log);
	return loaded;
}

static int attach_program(int loaded)
{
	union bpf_attr attr = {.raw_tracepoint = {.prog_fd = loaded}};
	int link = call_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);

	if (link < 0)
		err(FAILURE, "BPF_RAW_TRACEPOINT_OPEN");
	return link;
}

static int run_command(char **command)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		err(FAILURE, "fork");
	if (!child) {
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		err(FAILURE, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	enum bpf_attach_type type;
	struct types types;
	int map, link, status;

	if (argc < 4)
		errx(FAILURE, "usage: trace_function fentry|fexit FUNCTION COMMAND...");
	if (!strcmp(argv[1], "fentry"))
		type = BPF_TRACE_FENTRY;
	else if (!strcmp(argv[1], "fexit"))
		type = BPF_TRACE_FEXIT;
	else
		errx(FAILURE, "%s: neither fentry nor fexit", argv[1]);
	types = read_types();
	map = create_counter();
	link = attach_program(load_program(type, find_function(&types, argv[2]), map));
	status = run_command(argv + 3);
	printf("%s: %llu runs\n", argv[2], (unsigned long long)read_counter(map));
	close(link);
	return status;
}
