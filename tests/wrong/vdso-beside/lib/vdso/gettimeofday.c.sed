1s/^/\/* changed *\/\n/
