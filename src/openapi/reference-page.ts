import type { Content, Operation, OperationGroup } from './description/operation.js';

/**
 * The API reference as one page of plain HTML, made from the same operations as the OpenAPI document. It has no scripts and
 * loads nothing from other sites, so it works offline and with the strictest content policy.
 */
export function referencePage(groups: readonly OperationGroup[], version: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Nest Herald API</title>
<link rel="stylesheet" href="/api/docs/style.css">
</head>
<body>
<header><h1>Nest Herald API <small>${escape(version)}</small></h1>
<p>The same document for programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). The tenant of every request comes from its
token. Every refusal is a problem document (RFC 9457) with a stable <code>code</code>.</p></header>
<nav aria-label="Operations"><ul>${groups.map(navigation).join('')}</ul></nav>
<main>${groups.map(section).join('\n')}</main>
</body>
</html>
`;
}

function navigation({ tag, operations }: OperationGroup): string {
  const links = operations.map(
    (operation) => `<li><a href="#${escape(operation.id)}">${escape(operation.summary)}</a></li>`,
  );
  return `<li>${escape(tag)}<ul>${links.join('')}</ul></li>`;
}

function section({ tag, description, operations }: OperationGroup): string {
  return `<section><h2>${escape(tag)}</h2><p>${text(description)}</p>${operations.map(article).join('\n')}</section>`;
}

function article(operation: Operation): string {
  const answers = Object.entries(operation.answers).map(
    ([status, answer]) => `<h4>${status}</h4><p>${text(answer.description)}</p>${example(answer)}`,
  );
  return `<article id="${escape(operation.id)}">
<h3>${escape(operation.summary)}</h3>
<p class="route"><b>${operation.method.toUpperCase()}</b> <code>${escape(operation.path)}</code> <span>${access(operation)}</span></p>
${operation.description ? `<p>${text(operation.description)}</p>` : ''}
${parameters(operation)}
<pre><code>${escape(curl(operation))}</code></pre>
${answers.join('\n')}
${operation.refusals?.length ? `<p class="refusals">Refusals: ${operation.refusals.map((code) => `<code>${escape(code)}</code>`).join(', ')}</p>` : ''}
</article>`;
}

function access({ access: allowed }: Operation): string {
  if (allowed === 'public') return 'public';
  return allowed === 'token' ? 'any token' : `permission <code>${escape(allowed.permission)}</code>`;
}

function parameters({ parameters: list = [] }: Operation): string {
  if (list.length === 0) return '';
  const rows = list.map(
    ({ name, in: location, description }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${location}</td><td>${text(description)}</td></tr>`,
  );
  return `<table><thead><tr><th>parameter</th><th>in</th><th>meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function example({ example: value }: Content): string {
  if (value === undefined) return '';
  const shown = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return `<pre><code>${escape(shown)}</code></pre>`;
}

/** A command line to paste into a shell with `$BASE` and `$TOKEN`. */
function curl(operation: Operation): string {
  const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    String(operation.parameters?.find((parameter) => parameter.name === name)?.example ?? `<${name}>`),
  );
  const parts = ['curl -sS'];
  if (Object.values(operation.answers).some((answer) => answer.mediaType === 'text/event-stream')) parts.push('-N');
  if (operation.method !== 'get') parts.push(`-X ${operation.method.toUpperCase()}`);
  if (operation.access !== 'public') parts.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.body) {
    parts.push(`-H 'Content-Type: ${operation.body.mediaType ?? 'application/json'}'`);
    parts.push(`-d '${JSON.stringify(operation.body.example).replaceAll("'", String.raw`'\''`)}'`);
  }
  return `${parts.join(' ')} "$BASE${path}"`;
}

/** Escapes the text and converts code between back-ticks. */
function text(value: string): string {
  return escape(value)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n\n', '</p><p>');
}

function escape(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Served as a separate file, because the content policy allows no inline styles. */
export const REFERENCE_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 0 2rem; }
header { grid-column: 1 / -1; }
small { font-weight: normal; opacity: 0.7; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; font-size: 0.9rem; }
nav ul { list-style: none; padding-left: 0.8rem; margin: 0 0 0.5rem; }
nav > ul { padding-left: 0; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: 0.5rem 0 1rem; scroll-margin-top: 0.5rem; }
.route b { display: inline-block; min-width: 4.5ch; }
.route span, .refusals { opacity: 0.8; font-size: 0.9rem; }
pre { overflow: auto; padding: 0.75rem; border-radius: 6px; background: color-mix(in srgb, currentColor 8%, transparent); }
code { font: 0.9em/1.4 ui-monospace, monospace; }
h4 { margin: 0.75rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; max-height: none; } }
`;
