/^static char \*sb_writers_name/,/^}/s/"sb_pagefaults"/"sb_faults"/
