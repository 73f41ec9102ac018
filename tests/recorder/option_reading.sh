#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# option_reading.sh - ksplice-cc reads made-up command lines as GCC does (option_reading.c)
#
#     tests/recorder/option_reading.sh [OBJTREE [COUNT [SEED]]]
#
# COUNT lines (300); SEED chooses them, is another one each time, and is printed.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
count=${2:-300}
seed=${3:-${KSPLICE_SEED:-$(date +%s%N)}}
cd "$folder" || exit 1
mkdir d
for source in a.c b.c d/e.c ./f.x.c g.i h.S j.s k.cc l.o m.txt n.h; do
	: >$source
done
status=0
"$build/tests/recorder/option_reading" gcc "$count" "$seed" >out || status=$?
check "command lines are read as GCC reads them: $(tail -n 1 out)" "
$(head -n 60 out)" test $status = 0
exit "$failed"
