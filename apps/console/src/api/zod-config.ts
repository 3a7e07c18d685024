import { config } from 'zod/mini';

// zod compiles its parsers with `new Function` and tries at load time whether it may. The content security policy
// forbids it, and the browser reports even the try: so this module must come before the first schema.
config({ jitless: true });
