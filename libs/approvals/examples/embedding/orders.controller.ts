import { ApprovalHooks, callerOf, InstancesService, type Instance } from '@nest-herald/approvals';
import type { Principal } from '@nest-herald/platform';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import { SseAuthGuard } from '@nest-herald/sse';
import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Controller('orders')
@UseGuards(SseAuthGuard)
export class OrdersController {
  constructor(
    private readonly database: DataSource,
    private readonly instances: InstancesService,
    hooks: ApprovalHooks,
  ) {
    // Runs in the transaction of the last decision, so the order is approved together with its instance.
    const approve = `update orders set status = 'approved' where no = $1`;
    hooks.on('purchase-order', {
      onApproved: ({ manager, instance }) => manager.query(approve, [instance.businessId]),
    });
  }

  @Post()
  order(
    @CurrentPrincipal() buyer: Principal,
    @Body() { no, amount }: { no: string; amount: number },
  ): Promise<Instance> {
    return this.database.transaction(async (manager) => {
      await manager.query(`insert into orders (no, status) values ($1, 'waiting')`, [no]);
      return this.instances.start(manager, callerOf(buyer), {
        code: 'purchase-order',
        businessType: 'order',
        businessId: no,
        formData: { supplier: 'Gears Ltd', amount },
      });
    });
  }
}
