// Shows: an event as part of the transaction of its data. The order and its event commit together or not at all, without a queue,
// a second commit or a clean-up job.
//
// DATABASE_URL needs the tables of the package sse (`migrate()` of @nest-herald/migrations) and the one below:
//   CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id text NOT NULL,
//     item text NOT NULL, quantity integer NOT NULL CHECK (quantity > 0));
import 'reflect-metadata';
import { Body, Controller, Module, Post, UnprocessableEntityException, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { withRole } from '@nest-herald/platform/postgres';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';

const { DATABASE_URL: url = '', JWT_SECRET: secret = '' } = process.env;
const { stop, ...engines } = createPostgresSse({ connectionString: url, nodeId: 'erp-1' });

@Entity('orders')
class Order {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  item!: string;

  @Column('integer')
  quantity!: number;
}

interface OrderEvents {
  'order.placed': { readonly id: string; readonly item: string; readonly quantity: number };
}

@Controller('orders')
@UseGuards(SseAuthGuard)
class OrdersController {
  constructor(
    private readonly database: DataSource,
    private readonly broker: SseBroker<OrderEvents>,
  ) {}

  @Post()
  place(@CurrentPrincipal() { tenantId }: Principal, @Body() body: { item: string; quantity: number }): Promise<Order> {
    return this.database.transaction(async (manager) => {
      const order = await manager.save(Order, { ...body, tenantId });
      const { id, item, quantity } = order;
      await this.broker.publish(
        manager,
        { tenantId, audience: 'role:buyer' },
        { event: 'order.placed', data: { id, item, quantity } },
      );
      // The event is already written. The error rolls it back together with the order, so neither becomes visible.
      if (quantity > 1_000) throw new UnprocessableEntityException('More than 1,000 pieces need a frame contract.');
      return order;
    });
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: withRole(url), entities: [Order] }),
    SseModule.forRoot({ jwt: { secret }, ...engines }),
  ],
  controllers: [OrdersController],
})
class AppModule {
  onApplicationShutdown = stop;
}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
