import { z } from 'zod';
import { demoPeople, signInAnswer, signInBody } from '../identity/demo.schemas.js';
import { healthAnswer, readinessAnswer } from '../health/health.schemas.js';
import type { OperationGroup } from './description/operation.js';

/** Liveness, readiness, metrics. */
export const healthOperations: OperationGroup = {
  tag: 'Health',
  description: 'For load balancers, orchestrators and monitoring.',
  operations: [
    {
      method: 'get',
      path: '/health',
      id: 'health.live',
      summary: 'Whether the process is alive',
      description: 'Does not check the database: a restart would not help while the database is unreachable.',
      access: 'public',
      answers: { 200: { description: 'The process is alive.', schema: healthAnswer, example: { status: 'ok' } } },
    },
    {
      method: 'get',
      path: '/ready',
      id: 'health.ready',
      summary: 'Whether this server should get traffic',
      access: 'public',
      answers: {
        200: {
          description: 'The server is ready.',
          schema: readinessAnswer,
          example: {
            status: 'ok',
            checks: { database: 'ok', migrations: 'ok', sequencer: 'ok', backplane: 'ok', draining: false },
          },
        },
        503: {
          description: 'The server is not ready: a dependency is unreachable, or the server is shutting down.',
          schema: readinessAnswer,
          example: {
            status: 'unavailable',
            checks: { database: 'failed', migrations: 'failed', sequencer: 'failed', backplane: 'ok', draining: false },
          },
        },
      },
    },
    {
      method: 'get',
      path: '/metrics',
      id: 'health.metrics',
      summary: 'Figures of this process for Prometheus',
      description: 'Call it with `Bearer $METRICS_TOKEN`, or with an access token that has the permission.',
      access: { permission: 'metrics:read' },
      answers: {
        200: {
          description: 'Text exposition format.',
          mediaType: 'text/plain',
          schema: z.string(),
          example: '# TYPE sse_active_connections_total gauge\nsse_active_connections_total 3\n',
        },
      },
    },
  ],
};

/** Sign-in without a password; part of the document only while the demo is on. */
export const demoOperations: OperationGroup = {
  tag: 'Demo',
  description:
    'Sign-in as a person of two demo companies, without a password. Off with `DEMO=false` and in production.',
  operations: [
    {
      method: 'get',
      path: '/api/v1/demo/people',
      id: 'demo.people',
      summary: 'List the people available for sign-in',
      description: 'The fixed people of the two companies; with `all=true` all employees.',
      access: 'public',
      parameters: [
        {
          name: 'all',
          in: 'query',
          description: '`true`: all employees, about 120 people in each company.',
          schema: z.literal('true').optional(),
        },
      ],
      answers: {
        200: {
          description: 'The two companies.',
          schema: demoPeople,
          example: {
            tenants: [
              {
                id: 'acme',
                name: 'Acme Machine Works',
                people: [{ id: 'acme.buyer', name: 'Tomás Rivera', title: 'Purchasing agent', roles: ['buyer'] }],
              },
            ],
          },
        },
      },
    },
    {
      method: 'post',
      path: '/api/v1/demo/sign-in',
      id: 'demo.signIn',
      summary: 'Sign in as a demo person for eight hours',
      description: 'Returns the access token and sets it as an HttpOnly cookie for pages of this origin.',
      access: 'public',
      body: { schema: signInBody, example: { userId: 'acme.buyer' } },
      answers: {
        200: {
          description: 'Signed in.',
          schema: signInAnswer,
          example: {
            accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl',
            expiresAt: '2026-11-21T16:00:00.000Z',
            user: { id: 'acme.buyer', tenantId: 'acme', name: 'Tomás Rivera', roles: ['buyer'] },
          },
        },
      },
      refusals: ['404 not_found'],
    },
    {
      method: 'post',
      path: '/api/v1/demo/sign-out',
      id: 'demo.signOut',
      summary: 'Remove the cookie of the sign-in',
      access: 'public',
      answers: { 204: { description: 'There is no cookie any more.' } },
    },
  ],
};
