// Shows: users follow a document by its topic, the application decides who may, and withdrawing the right takes effect on open
// streams at once.
//
//   GET  /api/v1/sse/stream?topics=doc:invoice:INV-9   follow (403 for others)
//   PUT  /invoices/INV-9            {"total": 120}     change it: followers receive `invoice.changed`
//   PUT  /invoices/INV-9/readers    {"userIds": […]}   set who may follow
import 'reflect-metadata';
import { Body, Controller, Module, Param, Put, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  anyTopicRule,
  SseAuthGuard,
  SseBroker,
  SseModule,
  TokenTopicAuthorizer,
  type TopicAuthorizer,
} from '@nest-herald/sse';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';

/** Who may read which invoice; a table in a real ERP. The keys contain the tenant. */
const readers = new Map<string, ReadonlySet<string>>();

/** The rule of this application: a user who may read an invoice may follow it. */
const invoiceReaders: TopicAuthorizer = {
  mayFollow: ({ tenantId, userId }, topic) =>
    topic.startsWith('doc:invoice:') && readers.get(`${tenantId} ${topic}`)?.has(userId) === true,
};

interface InvoiceEvents {
  'invoice.changed': { readonly id: string; readonly total: number; readonly by: string };
}

@Controller('invoices/:id')
@UseGuards(SseAuthGuard)
class InvoicesController {
  constructor(private readonly broker: SseBroker<InvoiceEvents>) {}

  @Put()
  async change(
    @CurrentPrincipal() me: Principal,
    @Param('id') id: string,
    @Body() { total }: { total: number },
  ): Promise<void> {
    const data = { id, total, by: me.userId };
    await this.broker.sendToTopic(me.tenantId, `doc:invoice:${id}`, { event: 'invoice.changed', data });
  }

  @Put('readers')
  async share(
    @CurrentPrincipal() me: Principal,
    @Param('id') id: string,
    @Body() { userIds }: { userIds: string[] },
  ): Promise<void> {
    readers.set(`${me.tenantId} doc:invoice:${id}`, new Set(userIds));
    await this.broker.reauthorize(me.tenantId);
  }
}

@Module({
  imports: [
    SseModule.forRoot({
      jwt: { secret: process.env.JWT_SECRET ?? '' },
      // What the token's `topics` claim covers, or what the rule above allows.
      topicAuthorizer: anyTopicRule(new TokenTopicAuthorizer(), invoiceReaders),
    }),
  ],
  controllers: [InvoicesController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
