const MIB = 1024 * 1024;

/** One update message holds no more; who made more sends it in parts. */
export const UPDATE_MAX_BYTES = 4 * MIB;

/** One step 2 holds no more, and a document neither. */
export const STEP_TWO_MAX_BYTES = 32 * MIB;
