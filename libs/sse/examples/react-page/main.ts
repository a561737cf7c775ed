// Shows a React page with the browser's own EventSource. The page signs in, the server sets an HttpOnly cookie, and the browser
// sends it with the stream and with every reconnect. No token is in JavaScript or in a URL.
//
// Build the page first (npx vite build page --outDir ../built). Then start this with BUILT_PAGE=built.
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post, Res, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { CurrentPrincipal } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard, SseBroker, SseModule } from '@nest-herald/sse';
import type { Response } from 'express';
import type { ChatEvents } from './page/chat-events.js';

const { BUILT_PAGE: page = 'built', JWT_SECRET: secret = '', PORT: port = '3000' } = process.env;
const LIFE_S = 8 * 3_600;

@Controller()
class ChatController {
  constructor(
    private readonly broker: SseBroker<ChatEvents>,
    private readonly tokens: JwtService,
  ) {}

  /** Accepts every name. Replace it with your own login. */
  @Post('sign-in')
  @HttpCode(204)
  async signIn(@Body() { name }: { name: string }, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = await this.tokens.signAsync({ sub: name, tenant_id: 'acme' }, { expiresIn: LIFE_S });
    response.cookie('herald_session', token, { httpOnly: true, sameSite: 'lax', maxAge: LIFE_S * 1_000 });
  }

  @Post('remarks')
  @UseGuards(SseAuthGuard)
  async remark(@CurrentPrincipal() me: Principal, @Body() { text }: { text: string }): Promise<void> {
    await this.broker.sendToTenant(me.tenantId, { event: 'remark', data: { from: me.userId, text } });
  }
}

@Module({
  imports: [JwtModule.register({ secret }), SseModule.forRoot({ jwt: { secret } })],
  controllers: [ChatController],
})
class AppModule {}

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  logger: ['error', 'warn'],
  forceCloseConnections: true,
});
app.useStaticAssets(page);
app.enableShutdownHooks();
await app.listen(Number(port), '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
