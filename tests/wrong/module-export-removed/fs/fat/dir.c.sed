/^EXPORT_SYMBOL_GPL(fat_dir_empty);/d
