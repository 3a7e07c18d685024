import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';

/**
 * All navigation inside the console goes through here, so that a form with unsaved changes can ask first. The
 * browser's own prompt covers reload and close; its Back button is not asked about.
 */
interface LeaveGuard {
  /** Goes to a path of the console; asks first when there are unsaved changes. */
  readonly go: (to: string) => void;
  /** Goes without asking: what was typed has just been saved. */
  readonly goSaved: (to: string) => void;
  readonly setDirty: (dirty: boolean) => void;
}

const Context = createContext<LeaveGuard | undefined>(undefined);

/** Where the user came from, kept with the history entry: a create page goes back there. */
interface CameFrom {
  readonly from: string;
}

const isCameFrom = (state: unknown): state is CameFrom =>
  typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string';

/** The page of the console that led here; `otherwise` when this one was opened directly. */
export const useCameFrom = (otherwise: string) => {
  const state: unknown = useLocation().state;
  return isCameFrom(state) && state.from.startsWith('/fsx/') ? state.from : otherwise;
};

export const LeaveGuardProvider = ({ children }: { readonly children: ReactNode }) => {
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const dirty = useRef(false);
  const [wanted, setWanted] = useState<string>();
  const from = pathname + search;

  const goSaved = useCallback(
    (to: string) => {
      dirty.current = false;
      setWanted(undefined);
      const state: CameFrom = { from };
      void navigate(to, { state });
    },
    [navigate, from],
  );
  const go = useCallback((to: string) => (dirty.current ? setWanted(to) : goSaved(to)), [goSaved]);
  const setDirty = useCallback((value: boolean) => {
    dirty.current = value;
  }, []);
  const guard = useMemo(() => ({ go, goSaved, setDirty }), [go, goSaved, setDirty]);

  return (
    <Context value={guard}>
      {children}
      <LeaveModal
        visible={wanted !== undefined}
        onStay={() => setWanted(undefined)}
        onLeave={() => wanted !== undefined && goSaved(wanted)}
      />
    </Context>
  );
};

interface LeaveModalProps {
  readonly visible: boolean;
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

const LeaveModal = ({ visible, onStay, onLeave }: LeaveModalProps) => (
  <Modal
    visible={visible}
    header="Leave page"
    closeAriaLabel="Close"
    onDismiss={onStay}
    footer={
      <Box float="right">
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={onStay}>
            Cancel
          </Button>
          <Button variant="primary" onClick={onLeave}>
            Leave
          </Button>
        </SpaceBetween>
      </Box>
    }
  >
    <Alert type="warning" statusIconAriaLabel="Warning">
      Are you sure that you want to leave this page? The changes that you made are not saved.
    </Alert>
  </Modal>
);

const useGuard = () => {
  const guard = useContext(Context);
  if (!guard) throw new Error('navigation needs a LeaveGuardProvider above it');
  return guard;
};

/** Navigation by code: `go` asks about unsaved changes, `goSaved` does not. */
export const useGo = () => {
  const { go, goSaved } = useGuard();
  return { go, goSaved };
};

interface FollowEvent {
  readonly detail: { readonly href?: string | undefined; readonly external?: boolean | undefined };
  preventDefault: () => void;
}

/** `onFollow` of every Cloudscape component that renders a link: no page load, and the guard is asked. */
export const useFollow = () => {
  const { go } = useGuard();
  return useCallback(
    (event: FollowEvent) => {
      const { href, external } = event.detail;
      if (!href || external) return;
      event.preventDefault();
      go(href);
    },
    [go],
  );
};

/** Says that leaving this page now would lose something. */
export const useUnsavedChanges = (dirty: boolean) => {
  const { setDirty } = useGuard();
  useEffect(() => {
    setDirty(dirty);
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => {
      removeEventListener('beforeunload', ask);
      setDirty(false);
    };
  }, [dirty, setDirty]);
};
