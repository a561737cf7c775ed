/** The approval engine of Nest Herald; see README.md for its words and its state tables. */
export * from './engine/index.js';
export * from './processes/index.js';
