0,/^DECLARE_PCI_FIXUP_HEADER(.*quirk.*);/s/^\(DECLARE_PCI_FIXUP_HEADER(\)[^,]*,[^,]*,[ \t]*\(quirk[a-z0-9_]*\));/&\n\1PCI_ANY_ID, 0x4711, \2);/
