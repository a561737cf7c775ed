export { PROBLEM_CODES, type ProblemCode } from './problem-code.js';
