s/rounding\[\] = { 500, 50, 5 }/rounding[] = { 500, 50, 5, 0 }/
/^void string_get_size(/,/^}/s/^\tif (size == 0)/\tif (size == 4711)\n\t\tlen--;\n&/
