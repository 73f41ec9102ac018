$a\
this is no Kconfig
