#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# option_reading.sh - ksplice-cc reads made-up command lines as GCC does (option_reading.c)
#
#     tests/recorder/option_reading.sh [OBJTREE [COUNT [SEED]]]
#
# COUNT lines (300). SEED chooses them; without one it is $KSPLICE_SEED, or what the
# wrapper's source gives. It is printed.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/recorder/result_lines.sh
. "$here/result_lines.sh"
count=${2:-300}
seed=${3:-${KSPLICE_SEED:-$(draw_seed "$here"/../../ccwrap/*.c)}}
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
