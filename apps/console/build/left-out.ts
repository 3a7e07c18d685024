import type { Plugin } from 'vite';

/**
 * What Cloudscape brings along and the console never reaches, as the end of a file's path → what stands in for it.
 * A build fails when one of them is not met: a new version of Cloudscape then asks for a new look.
 */
const MODULES: Readonly<Record<string, string>> = {
  // Where AWS's own consoles announce features; it comes with a list that is sorted by dragging.
  '/components/app-layout/visual-refresh-toolbar/drawer/feature-notifications-drawer-content.js':
    'const Nothing = () => null; export { Nothing as default, Nothing as RuntimeContentPart };',
  // The choice of what a chart shows: ours show one thing and say `hideFilter`.
  '/components/internal/components/chart-filter/index.js': 'export default () => null;',
  // The messages come parsed.
  '/icu-messageformat-parser/lib/parser.js':
    'export class Parser { constructor(message) { throw new Error(`not parsed at build time: ${message}`); } }',
};

/** Components whose messages are left out, since the console has no use for them: half of all messages. */
const COMPONENTS: ReadonlySet<string> = new Set([
  'annotation-context',
  'area-chart',
  'cards',
  'code-editor',
  'date-picker',
  'date-range-picker',
  'features-notification-drawer',
  'file-token-group',
  'file-upload',
  'pie-chart',
  'prompt-input',
  's3-resource-selector',
  'slider',
  'split-panel',
  'time-input',
  'tree-view',
  'tutorial-panel',
  'wizard',
]);

const MESSAGES = '/components/i18n/messages/all.en.js';

type Messages = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

const withoutUnused = (messages: Messages): Messages =>
  Object.fromEntries(
    Object.entries(messages).map(([library, locales]) => [
      library,
      Object.fromEntries(
        Object.entries(locales).map(([locale, components]) => [
          locale,
          Object.fromEntries(Object.entries(components).filter(([name]) => !COMPONENTS.has(name))),
        ]),
      ),
    ]),
  );

/** The component of Cloudscape whose public module this is. */
const componentOf = (id: string) => /@cloudscape-design\/components\/([\w-]+)\/index\.js$/.exec(id)?.[1];

/** Leaves parts of Cloudscape out of the build, and fails it when one of them is needed after all. */
export const leftOut = (): Plugin => {
  const met = new Set<string>();
  return {
    name: 'left-out',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (id.endsWith(MESSAGES)) {
        // The file's only export.
        const { default: messages } = (await import(id)) as { default: Messages };
        return `export default ${JSON.stringify(withoutUnused(messages))}`;
      }
      const end = Object.keys(MODULES).find((each) => id.endsWith(each));
      if (!end) return null;
      met.add(end);
      return MODULES[end];
    },
    moduleParsed({ id }) {
      const component = componentOf(id);
      if (component && COMPONENTS.has(component)) {
        this.error(`The console uses ${component} now: take it from the list in apps/console/build/left-out.ts.`);
      }
    },
    buildEnd(error) {
      const missing = Object.keys(MODULES).filter((each) => !met.has(each));
      if (!error && missing.length > 0) this.error(`Not met, so not left out: ${missing.join(', ')}`);
    },
  };
};
