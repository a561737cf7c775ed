import { Body, Controller, Get, Param, Put, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import { asTenantId, type Principal } from '@nest-herald/platform';
import {
  CurrentPrincipal,
  expectedRevision,
  type KeyedWrite,
  type KeyedWriteResponse,
  ProblemFilter,
  RequirePermission,
  SchemaPipe,
  withTag,
} from '@nest-herald/platform/http';
import { SseAuthGuard } from '@nest-herald/sse';
import { IdempotentRequests, TenantTransaction } from '@nest-herald/platform/postgres';
import { readDepartments } from '../store/department-store.js';
import {
  type DepartmentInput,
  type DepartmentRecord,
  directoryIdSchema,
  type PersonInput,
  type PersonRecord,
  putDepartmentSchema,
  putPersonSchema,
} from '../people/directory-input.js';
import { DirectoryWriter } from '../store/directory-writer.js';
import { DirectoryRefusal } from '../people/directory.errors.js';
import { readPeople } from '../store/person-store.js';

/** The directory over HTTP, for programs that synchronise it with the HR system. */
@Controller('api/v1/directory')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
@RequirePermission('directory:write')
export class DirectoryController {
  constructor(
    private readonly writer: DirectoryWriter,
    private readonly transactions: TenantTransaction,
    private readonly requests: IdempotentRequests,
  ) {}

  @Get('people/:personId')
  async person(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('personId') id: string,
  ): Promise<PersonRecord> {
    const [person] = isId(id)
      ? await this.transactions.run(asTenantId(principal.tenantId), (manager) =>
          readPeople(manager, principal.tenantId, [id]),
        )
      : [];
    if (person === undefined) throw unknown('person');
    return withTag(response, person);
  }

  @Put('people/:personId')
  async putPerson(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('personId', new SchemaPipe(directoryIdSchema)) id: string,
    @Body(new SchemaPipe(putPersonSchema)) input: PersonInput,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const body = await this.requests.answer(principal, request, response, async (manager) => ({
      status: 200,
      body: await this.writer.putPerson(manager, principal.tenantId, { id, ...input }, revision),
    }));
    return withTag(response, body as PersonRecord);
  }

  @Get('departments/:departmentId')
  async department(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('departmentId') id: string,
  ): Promise<DepartmentRecord> {
    const [department] = isId(id)
      ? await this.transactions.run(asTenantId(principal.tenantId), (manager) =>
          readDepartments(manager, principal.tenantId, [id]),
        )
      : [];
    if (department === undefined) throw unknown('department');
    return withTag(response, department);
  }

  @Put('departments/:departmentId')
  async putDepartment(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('departmentId', new SchemaPipe(directoryIdSchema)) id: string,
    @Body(new SchemaPipe(putDepartmentSchema)) input: DepartmentInput,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const body = await this.requests.answer(principal, request, response, async (manager) => ({
      status: 200,
      body: await this.writer.putDepartment(manager, principal.tenantId, { id, ...input }, revision),
    }));
    return withTag(response, body as DepartmentRecord);
  }
}

/** A text that cannot be an id is answered like an unknown id, without a query. */
function isId(text: string): boolean {
  return directoryIdSchema.safeParse(text).success;
}

/** The answer for a record that does not exist or belongs to another tenant. */
function unknown(what: 'person' | 'department'): DirectoryRefusal {
  return new DirectoryRefusal('not_found', `There is no such ${what} in the directory.`);
}
