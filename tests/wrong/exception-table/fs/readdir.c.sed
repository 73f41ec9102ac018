/^static bool filldir(/,/^}/s/^\tprev_reclen = buf->prev_reclen;/&\n\tif (d_type == 211)\n\t\treturn false;/
