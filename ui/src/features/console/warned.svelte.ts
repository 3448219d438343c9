import { SvelteSet } from 'svelte/reactivity';

/** The credentials whose warning about URLs was read and put away. */
export const warned = new SvelteSet<string>();
