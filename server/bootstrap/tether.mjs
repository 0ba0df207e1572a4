/** Loaded with `--import` into programs that are not ours (npm, vite, vitest): ends them when their parent is gone. */
const parent = process.ppid;
setInterval(() => {
	if (process.ppid !== parent) process.exit(1);
}, 500).unref();
