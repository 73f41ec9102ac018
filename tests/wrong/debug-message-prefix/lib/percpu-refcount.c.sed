s/^#define pr_fmt(fmt) "%s: "/#define pr_fmt(fmt) "percpu: %s: "/
