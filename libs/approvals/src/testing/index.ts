/** Tests of a host's own processes without a database. */
export { MemoryDirectory, sampleDirectory } from './memory-directory.js';
export { graphOf, MemoryInstance } from './memory-instance.js';
