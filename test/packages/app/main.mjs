// An application that knows the packages only as installed ones, as an ES module.
import 'reflect-metadata';
import { SseModule } from '@nest-herald/sse';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class AppModule {}
Module({ imports: [SseModule.forRoot({ jwt: { secret: process.env.JWT_SECRET }, drainMs: 0 })] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`ready on ${await app.getUrl()}\n`);
