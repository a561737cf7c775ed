import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '../config/settings.js';
import { DemoLoader } from './demo-loader.js';
import { DocumentApprovals } from './application/document-approvals.js';
import { DocumentsService } from './application/documents.service.js';
import { LeaveRequestsController } from './http/leave-requests.controller.js';
import { PurchaseOrdersController } from './http/purchase-orders.controller.js';

/** A small ERP for trying out the service: two companies with orders and leave requests. Without `DEMO` it is empty. */
@Module({})
export class DemoModule {
  static forRoot({ demo, demoCompany }: Pick<Settings, 'demo' | 'demoCompany'>): DynamicModule {
    if (!demo) return { module: DemoModule };
    return {
      module: DemoModule,
      controllers: [PurchaseOrdersController, LeaveRequestsController],
      providers: [DocumentApprovals, DocumentsService, ...(demoCompany ? [DemoLoader] : [])],
    };
  }
}
