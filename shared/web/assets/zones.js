// zones.js knows time zones.

/** Returns the names of the time zones that the browser knows, and of these, sorted. */
export const zones = (...more) => [...new Set([...more, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])])].sort();
