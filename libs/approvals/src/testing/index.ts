/** Tools with which a host tests its own processes without a database. */
export { Company, smallCompany } from './memory-directory.js';
export { ProcessCase, graphOf, type CommandBody } from './memory-instance.js';
