// Shows: figures that change often and matter only to open pages. They are ephemeral (not logged, not replayed), and with the
// conflation key a slow page skips outdated figures. A page that opens gets the current figure.
//
//   GET  /api/v1/sse/stream?topics=dashboard:sales   with `topics: ["dashboard:*"]` in the token
//   POST /sales  {"amount": 120}
import 'reflect-metadata';
import { Body, Controller, Injectable, Module, type OnModuleInit, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import { Hub, SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';
import type { Principal } from '@nest-herald/platform';

const TOPIC = 'dashboard:sales';

interface DashboardEvents {
  sales: { readonly total: number; readonly orders: number };
}

@Injectable()
class Sales implements OnModuleInit {
  readonly #figures = new Map<string, DashboardEvents['sales']>();

  constructor(
    private readonly broker: SseBroker<DashboardEvents>,
    private readonly hub: Hub,
  ) {}

  /** Every page of the dashboard gets the current figure after `connected`; live figures are newer. */
  onModuleInit(): void {
    this.hub.onConnected((connection) => {
      if (!connection.topics.includes(TOPIC)) return;
      connection.sendEphemeral('sales', JSON.stringify(this.of(connection.tenantId)), 'sales');
    });
  }

  of(tenantId: string): DashboardEvents['sales'] {
    return this.#figures.get(tenantId) ?? { total: 0, orders: 0 };
  }

  async add(tenantId: string, amount: number): Promise<void> {
    const { total, orders } = this.of(tenantId);
    const data = { total: total + amount, orders: orders + 1 };
    this.#figures.set(tenantId, data);
    await this.broker.sendToTopic(tenantId, TOPIC, { event: 'sales', data, durable: false, conflationKey: 'sales' });
  }
}

@Controller('sales')
@UseGuards(SseAuthGuard)
class SalesController {
  constructor(private readonly sales: Sales) {}

  @Post()
  add(@CurrentPrincipal() { tenantId }: Principal, @Body() { amount }: { amount: number }): Promise<void> {
    return this.sales.add(tenantId, amount);
  }
}

@Module({
  imports: [SseModule.forRoot({ jwt: { secret: process.env.JWT_SECRET ?? '' } })],
  controllers: [SalesController],
  providers: [Sales],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
