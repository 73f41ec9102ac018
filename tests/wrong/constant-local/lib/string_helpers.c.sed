s/rounding\[\] = { 500, 50, 5 }/rounding[] = { 400, 40, 4 }/
