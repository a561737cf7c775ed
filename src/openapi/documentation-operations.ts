import { z } from 'zod';
import type { OperationGroup } from './description/operation.js';

/** The routes of the API documentation, so that the document covers every route. */
export const documentationOperations: OperationGroup = {
  tag: 'Documentation',
  description: 'This reference, for programs and for people.',
  operations: [
    {
      method: 'get',
      path: '/api/v1/openapi.json',
      id: 'docs.openapi',
      summary: 'The OpenAPI document',
      access: 'public',
      answers: {
        200: {
          description: 'OpenAPI 3.1.',
          schema: z.looseObject({ openapi: z.string() }),
          example: { openapi: '3.1.0' },
        },
      },
    },
    {
      method: 'get',
      path: '/api/docs',
      id: 'docs.page',
      summary: 'The reference as a page',
      access: 'public',
      answers: { 200: { description: 'HTML without scripts.', mediaType: 'text/html', schema: z.string() } },
    },
    {
      method: 'get',
      path: '/api/docs/style.css',
      id: 'docs.style',
      summary: 'Its style sheet',
      access: 'public',
      answers: { 200: { description: 'CSS.', mediaType: 'text/css', schema: z.string() } },
    },
  ],
};
