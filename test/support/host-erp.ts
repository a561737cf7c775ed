import { Body, Controller, Module, type OnApplicationShutdown, Post, UseGuards } from '@nestjs/common';
import { CurrentPrincipal, type Principal } from '@nest-herald/platform/http';
import { SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { TenantTransaction, withRole } from '@nest-herald/platform/postgres';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

const { DATABASE_URL: url = '', JWT_SECRET: secret = '' } = process.env;
const { stop, ...engines } = createPostgresSse({ connectionString: url, nodeId: 'erp-1' });

@Controller('orders')
@UseGuards(SseAuthGuard)
class OrdersController {
  constructor(
    private readonly transactions: TenantTransaction,
    private readonly broker: SseBroker,
  ) {}

  @Post()
  async place(@CurrentPrincipal() { tenantId }: Principal, @Body() order: { item: string }): Promise<void> {
    await this.transactions.run(tenantId, async (manager) => {
      await manager.query('INSERT INTO erp.orders (tenant_id, item) VALUES ($1, $2)', [tenantId, order.item]);
      await this.broker.publish(manager, { tenantId, audience: 'role:buyer' }, { event: 'order.placed', data: order });
    });
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: withRole(url) }),
    SseModule.forRoot({ jwt: { secret }, ...engines }),
  ],
  controllers: [OrdersController],
  providers: [TenantTransaction.from(DataSource)],
})
export class ErpModule implements OnApplicationShutdown {
  onApplicationShutdown = stop;
}
