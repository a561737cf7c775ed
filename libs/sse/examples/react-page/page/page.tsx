import { type FormEvent, useCallback, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { ChatEvents } from './chat-events.js';
import { useEventStream } from './use-event-stream.js';

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** A form with one text field and one button. */
function TextForm({ label, onText }: { readonly label: string; readonly onText: (text: string) => Promise<unknown> }) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    void onText((form.elements.namedItem('text') as HTMLInputElement).value).then(() => form.reset());
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
  const status = useEventStream(add, refetch);
  return (
    <>
      <p role="status">{status}</p>
      <ul>
        {remarks.map(({ from, text }, index) => (
          <li key={index}>
            <b>{from}</b> {text}
          </li>
        ))}
      </ul>
      <TextForm label="Say" onText={(text) => post('/remarks', { text })} />
    </>
  );
}

function Page() {
  const [isSignedIn, setSignedIn] = useState(false);
  if (isSignedIn) return <Remarks />;
  return <TextForm label="Sign in" onText={(name) => post('/sign-in', { name }).then(() => setSignedIn(true))} />;
}

createRoot(document.querySelector('main')!).render(<Page />);
