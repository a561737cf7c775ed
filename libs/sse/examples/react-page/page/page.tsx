import { type FormEvent, useCallback, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { ChatEvents } from './chat-events.js';
import { useEventStream } from './use-event-stream.js';

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** One text field and one button. */
function Ask({ label, onAnswer }: { readonly label: string; readonly onAnswer: (text: string) => Promise<unknown> }) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    void onAnswer((form.elements.namedItem('text') as HTMLInputElement).value).then(() => form.reset());
  };
  return (
    <form onSubmit={submit}>
      <input name="text" required aria-label={label} />
      <button>{label}</button>
    </form>
  );
}

function Remarks() {
  const [remarks, setRemarks] = useState<readonly ChatEvents['remark'][]>([]);
  const add = useCallback((remark: ChatEvents['remark']) => setRemarks((all) => [...all, remark].slice(-100)), []);
  const refetch = useCallback(() => setRemarks([]), []);
  const line = useEventStream(add, refetch);
  return (
    <>
      <p role="status">{line}</p>
      <ul>
        {remarks.map(({ from, text }, index) => (
          <li key={index}>
            <b>{from}</b> {text}
          </li>
        ))}
      </ul>
      <Ask label="Say" onAnswer={(text) => post('/remarks', { text })} />
    </>
  );
}

function Page() {
  const [isSignedIn, setSignedIn] = useState(false);
  if (isSignedIn) return <Remarks />;
  return <Ask label="Sign in" onAnswer={(name) => post('/sign-in', { name }).then(() => setSignedIn(true))} />;
}

createRoot(document.querySelector('main')!).render(<Page />);
