// What a TypeScript application sees of the installed packages: compiled, never run.
import { SseBroker, SseModule } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { StreamClient } from '@nest-herald/sse/testing';
import { Injectable, Module } from '@nestjs/common';

interface AppEvents {
  readonly 'invoice.paid': { readonly id: string };
}

@Injectable()
export class Invoices {
  constructor(private readonly broker: SseBroker<AppEvents>) {}

  async paid(id: string): Promise<void> {
    await this.broker.sendToTenant('acme', { event: 'invoice.paid', data: { id } });
    // @ts-expect-error the map says that it has an id
    await this.broker.sendToTenant('acme', { event: 'invoice.paid', data: {} });
  }
}

@Module({
  imports: [
    SseModule.forRootAsync({
      useFactory: () => {
        const { eventLog, presence, ticketStore, backplane } = createPostgresSse({
          connectionString: 'postgres://127.0.0.1/erp',
          nodeId: 'node-1',
        });
        return { jwt: { secret: 'x'.repeat(32) }, eventLog, presence, ticketStore, backplane };
      },
    }),
  ],
  providers: [Invoices],
})
export class AppModule {}

export const open = (url: string): Promise<StreamClient> => StreamClient.open(url);
