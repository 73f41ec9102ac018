s/^\tstatic int count = 10;/\tstatic int count = 12;/
