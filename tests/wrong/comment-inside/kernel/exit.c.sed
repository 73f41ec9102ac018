/^void __noreturn do_exit(/,/^}/s/^\tWARN_ON(tsk->plug);/\t\/\/ a\n\t\/\/ comment\n&/
