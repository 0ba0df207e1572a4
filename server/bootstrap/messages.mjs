/** Compiles the message files, for code that runs unbuilt. */
import { compile } from '@inlang/paraglide-js';
import { PARAGLIDE_OPTIONS } from './paraglide-options.mjs';

await compile(PARAGLIDE_OPTIONS);
