import { ApprovalHooks, InstancesService, callerOf, type Instance } from '@nest-herald/approvals';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard } from '@nest-herald/sse';
import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Controller('orders')
@UseGuards(SseAuthGuard)
export class OrdersController {
  constructor(
    private readonly database: DataSource,
    private readonly approvals: InstancesService,
    hooks: ApprovalHooks,
  ) {
    // In the transaction of the last decision: the order is approved when, and only when, its request is.
    const approve = `update orders set status = 'approved' where no = $1`;
    hooks.on('purchase-order', {
      onApproved: ({ manager, instance }) => manager.query(approve, [instance.businessId]),
    });
  }

  @Post()
  place(
    @CurrentPrincipal() buyer: Principal,
    @Body() { no, amount }: { no: string; amount: number },
  ): Promise<Instance> {
    return this.database.transaction(async (manager) => {
      await manager.query(`insert into orders (no, status) values ($1, 'waiting')`, [no]);
      const request = { code: 'purchase-order', businessType: 'order', businessId: no };
      return this.approvals.start(manager, callerOf(buyer), {
        ...request,
        formData: { supplier: 'Gears Ltd', amount },
      });
    });
  }
}
