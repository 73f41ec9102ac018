s/^\t\t{ SB_LAZYTIME, ",lazytime" },/&\n\t\t{ SB_RDONLY, ",never" },/
