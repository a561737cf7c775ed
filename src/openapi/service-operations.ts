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
      description: 'Never looks at the database: a restart would not cure a database that is away.',
      access: 'public',
      answers: { 200: { description: 'It is.', schema: healthAnswer, example: { status: 'ok' } } },
    },
    {
      method: 'get',
      path: '/ready',
      id: 'health.ready',
      summary: 'Whether this node should get traffic',
      access: 'public',
      answers: {
        200: {
          description: 'It should.',
          schema: readinessAnswer,
          example: {
            status: 'ok',
            checks: { database: 'ok', migrations: 'ok', sequencer: 'ok', backplane: 'ok', draining: false },
          },
        },
        503: {
          description: 'It should not: something it needs is away, or it is shutting down.',
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
      description: 'With `Bearer $METRICS_TOKEN`, or a token with the permission.',
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

/** Sign-in without a password; part of the document only where it is switched on. */
export const demoOperations: OperationGroup = {
  tag: 'Demo',
  description: 'People of two companies whom anybody may become. Off with `DEMO=false` and in production.',
  operations: [
    {
      method: 'get',
      path: '/api/v1/demo/people',
      id: 'demo.people',
      summary: 'Everybody whom one may become',
      description: 'The fixed people of the two companies; with `all=true` everybody who works there.',
      access: 'public',
      parameters: [
        {
          name: 'all',
          in: 'query',
          description: 'true: everybody, about 120 people in each company.',
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
      summary: 'Become a demo person for eight hours',
      description: 'Answers the access token and sets it as an HttpOnly cookie for pages of this origin.',
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
      answers: { 204: { description: 'Removed, or there was none.' } },
    },
  ],
};
