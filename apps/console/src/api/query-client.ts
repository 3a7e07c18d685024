import { QueryClient } from '@tanstack/react-query';

import { isTransient } from './errors.ts';

/** A browser that believes itself offline still reaches a server on the same machine, so it always tries. */
const NETWORK_MODE = 'always';

/**
 * Queries are tried again only where a second try can help, and soon enough that a page does not stand still. Creates
 * and cancels are never repeated behind the user's back: the form offers that, with the same request token.
 */
export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        networkMode: NETWORK_MODE,
        retry: (failures, error) => failures < 2 && isTransient(error),
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
      mutations: { retry: false, networkMode: NETWORK_MODE },
    },
  });
