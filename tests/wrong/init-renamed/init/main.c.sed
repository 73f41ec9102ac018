s/\bunknown_bootoption\b/unknown_boot_word/
