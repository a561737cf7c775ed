import 'reflect-metadata';
import { Body, Controller, Module, Post, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';

/** An ordinary controller that sends a colleague a greeting. */
@Controller('greetings')
@UseGuards(SseAuthGuard)
class GreetingController {
  constructor(private readonly broker: SseBroker) {}

  @Post()
  async greet(@CurrentPrincipal() me: Principal, @Body() { to }: { to: string }): Promise<void> {
    await this.broker.sendToUser(me.tenantId, to, { event: 'greeting', data: { from: me.userId } });
  }
}

@Module({
  imports: [SseModule.forRoot({ jwt: { secret: process.env.JWT_SECRET ?? '' } })],
  controllers: [GreetingController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'], forceCloseConnections: true });
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
