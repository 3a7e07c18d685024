import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar';
import { createContext, type CSSProperties, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

/**
 * What happened, told at the top of the page. A flash lives in the shell, so it survives navigation; one with the id
 * of an earlier flash replaces it, which is how "in progress" becomes its outcome.
 */
export interface Flash {
  readonly id: string;
  readonly type: FlashbarProps.Type;
  readonly header?: string;
  readonly content: ReactNode;
  /** Something still goes on. */
  readonly loading?: boolean;
}

interface Sentence {
  readonly id: number;
  readonly text: string;
}

interface Notifications {
  readonly flashes: readonly Flash[];
  readonly spoken: readonly Sentence[];
  readonly notify: (flash: Flash) => void;
  readonly dismiss: (id: string) => void;
  /** Says a sentence once to screen readers, without showing it. */
  readonly announce: (sentence: string) => void;
}

const Context = createContext<Notifications | undefined>(undefined);

/** More than this many flashes would push the page out of sight. */
const MOST = 8;
/** Sentences that stay in the document: a screen reader may be some way behind. */
const MOST_SENTENCES = 20;

export const NotificationProvider = ({ children }: { readonly children: ReactNode }) => {
  const [flashes, setFlashes] = useState<readonly Flash[]>([]);
  const [spoken, setSpoken] = useState<readonly Sentence[]>([]);
  const announce = useCallback(
    (text: string) => setSpoken((now) => [...now, { id: (now.at(-1)?.id ?? 0) + 1, text }].slice(-MOST_SENTENCES)),
    [],
  );
  const dismiss = useCallback((id: string) => setFlashes((now) => now.filter((each) => each.id !== id)), []);
  const notify = useCallback(
    (flash: Flash) => setFlashes((now) => [flash, ...now.filter((each) => each.id !== flash.id)].slice(0, MOST)),
    [],
  );
  const value = useMemo(
    () => ({ flashes, spoken, notify, dismiss, announce }),
    [flashes, spoken, notify, dismiss, announce],
  );
  return <Context value={value}>{children}</Context>;
};

export const useNotifications = (): Notifications => {
  const value = useContext(Context);
  if (!value) throw new Error('useNotifications needs a NotificationProvider above it');
  return value;
};

export const Notifications = () => {
  const { flashes, dismiss } = useNotifications();
  const items = flashes.map(({ id, type, header, content, loading = false }) => ({
    id,
    type,
    content,
    loading,
    dismissible: true,
    dismissLabel: 'Dismiss notification',
    onDismiss: () => dismiss(id),
    ...(header ? { header } : {}),
  }));
  return <Flashbar items={items} stackItems />;
};

/** Clipped away rather than hidden, which would hide it from screen readers too. */
const UNSEEN: CSSProperties = { position: 'absolute', width: 1, height: 1, overflow: 'hidden', clipPath: 'inset(50%)' };

/** A log: what is added to it is read out, once, and sentences that come together do not displace each other. */
export const Announcements = () => {
  const { spoken } = useNotifications();
  return (
    <div role="log" aria-live="polite" aria-label="Changes" style={UNSEEN}>
      {spoken.map(({ id, text }) => (
        <div key={id}>{text}</div>
      ))}
    </div>
  );
};
