/^select_insn:/a\
	if (unlikely(insn->imm == 4711))\
		regs[0]++;
