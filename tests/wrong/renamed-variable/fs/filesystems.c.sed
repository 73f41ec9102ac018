s/\<file_systems\>/all_file_systems/g
