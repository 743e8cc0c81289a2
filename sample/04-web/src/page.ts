/** The element with this id, which the page is known to have. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`);
  return found;
}

export const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);

/** Shows one of the sections. */
export function show(section: 'visitor' | 'challenge' | 'member'): void {
  for (const id of ['visitor', 'challenge', 'member']) element(id, HTMLElement).hidden = id !== section;
}

/** Says how it went, to people who see it and to people who hear it. */
export function say(message: string): void {
  element('status', HTMLElement).textContent = message;
}

/** Does `work` at each click; a failure is said. */
export function onClick(id: string, work: () => Promise<void>): void {
  element(id, HTMLButtonElement).addEventListener('click', () => void attempt(work));
}

/** Does `work` when the form is sent; a failure is said. */
export function onSubmit(id: string, work: () => Promise<void>): void {
  element(id, HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(work);
  });
}

async function attempt(work: () => Promise<void>): Promise<void> {
  say('');
  try {
    await work();
  } catch (error) {
    say(error instanceof Error ? error.message : 'That did not work.');
  }
}
