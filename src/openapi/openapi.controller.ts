import { Controller, Get, Header, Inject } from '@nestjs/common';
import { type OpenApiDocument, openApiDocument } from './openapi-document.js';
import type { OperationGroup } from './description/operation.js';
import { REFERENCE_STYLE, referencePage } from './reference-page.js';

/** Injection token of the operations of this service, a list of {@link OperationGroup}. */
export const OPERATIONS = Symbol('OPERATIONS');

/** Injection token of the version that the document shows. */
export const DOCUMENT_VERSION = Symbol('DOCUMENT_VERSION');

/** Serves the API document as JSON and as a page. */
@Controller('api')
export class OpenApiController {
  private readonly document: OpenApiDocument;
  private readonly page: string;

  constructor(@Inject(OPERATIONS) groups: readonly OperationGroup[], @Inject(DOCUMENT_VERSION) version: string) {
    this.document = openApiDocument(groups, version);
    this.page = referencePage(groups, version);
  }

  @Get('v1/openapi.json')
  @Header('Cache-Control', 'no-cache')
  json(): OpenApiDocument {
    return this.document;
  }

  @Get('docs')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  html(): string {
    return this.page;
  }

  @Get('docs/style.css')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  style(): string {
    return REFERENCE_STYLE;
  }
}
