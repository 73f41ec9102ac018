s/\<find_filesystem\>/find_type/g
