/** One number that a run measured. Figures of one name are compared over the runs. */
export type Figure = Readonly<{ name: string; unit: 'ms' | 'µs' | 'KiB' | 'MiB' | '%' | ''; value: number }>;

/** Something measured: each run starts from nothing, in a folder of its own that is removed afterwards. */
export type Scenario = Readonly<{ name: string; run: (folder: string) => Promise<readonly Figure[]> }>;
