/** Tools with which a host tests its own processes without a database. */
export { Company, smallCompany } from './company.js';
export { ProcessCase, graphOf, type CommandBody } from './process-case.js';
