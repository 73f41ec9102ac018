/^static void buffer_io_error(/,/^}/s/^\tif (!test_bit(BH_Quiet/\tif (!bh->b_bdev)\n\t\tprintk_ratelimited(KERN_ERR "no device%s\\n", msg);\n&/
