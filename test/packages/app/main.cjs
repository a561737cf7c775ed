// The same application as a CommonJS program: Node 20.19 and newer can require() our ES modules.
require('reflect-metadata');
const { SseModule } = require('@nest-herald/sse');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

class AppModule {}
Module({ imports: [SseModule.forRoot({ jwt: { secret: process.env.JWT_SECRET }, drainMs: 0 })] })(AppModule);

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.enableShutdownHooks();
  await app.listen(0, '127.0.0.1');
  process.stdout.write(`ready on ${await app.getUrl()}\n`);
}
void main();
