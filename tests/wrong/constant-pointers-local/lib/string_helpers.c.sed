s/"B", "KiB", "MiB", "GiB"/"B", "kiB", "MiB", "GiB"/
