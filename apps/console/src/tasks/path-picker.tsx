import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Link from '@cloudscape-design/components/link';
import Modal from '@cloudscape-design/components/modal';
import Pagination from '@cloudscape-design/components/pagination';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef, useState } from 'react';

import { callEngine } from '../api/engine.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { bytesText } from './bytes-text.ts';
import { type CreatableType, isTaskPath } from './task-form.ts';

interface PathPickerProps {
  readonly type: CreatableType;
  readonly fileSystemId: string;
  readonly associations: readonly DataRepositoryAssociation[];
  /** Paths that the form still takes. */
  readonly room: number;
  readonly onPick: (paths: readonly string[]) => void;
  readonly onClose: () => void;
}

interface Entry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly size: number;
  /** As a path of the task. */
  readonly path: string;
}

/** Where the picker looks: a directory of the file system, or one level of a repository. */
interface Place {
  /** Relative to the root or to the repository's prefix; '' or without a slash at its end. */
  readonly at: string;
  readonly prefix: string;
}

/** Names of one page: with many more rows than this every click would have to wait. */
const PAGE = 100;

const below = (at: string, name: string) => (at === '' ? name : `${at}/${name}`);

const useEntries = (
  { type, fileSystemId }: PathPickerProps,
  association: DataRepositoryAssociation | undefined,
  place: Place,
) =>
  useInfiniteQuery({
    queryKey: ['browse', type, fileSystemId, association?.AssociationId, place],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: after, signal }) => {
      const more = { MaxResults: PAGE, ...(after === undefined ? {} : { After: after }) };
      if (type === 'EXPORT_TO_REPOSITORY') {
        const { at, prefix } = place;
        const page = await callEngine(
          'ListDirectory',
          { FileSystemId: fileSystemId, Path: at, Prefix: prefix, ...more },
          signal,
        );
        return {
          more: page.More,
          last: page.Entries.at(-1)?.Name,
          entries: page.Entries.map(({ Name, Kind, Size }): Entry => ({
            name: Name,
            isDirectory: Kind === 'directory',
            size: Size,
            path: below(at, Name),
          })),
        };
      }
      const { AssociationId = '', DataRepositoryPath = '' } = association ?? {};
      const page = await callEngine(
        'ListRepository',
        { AssociationId, Path: place.at === '' ? '' : `${place.at}/`, ...more },
        signal,
      );
      return {
        more: page.More,
        last: page.Entries.at(-1)?.Name,
        entries: page.Entries.map(({ Name, Kind, Size }): Entry => {
          const name = Name.replace(/\/$/, '');
          return {
            name,
            isDirectory: Kind === 'directory',
            size: Size,
            path: `${DataRepositoryPath}${below(place.at, name)}`,
          };
        }),
      };
    },
    getNextPageParam: (page) => (page.more ? page.last : undefined),
    retry: false,
  });

/** Browses the file system or the linked repositories, a page at a time, and adds what is chosen to the form. */
export const PathPicker = (props: PathPickerProps) => {
  const { type, associations, room, onPick, onClose } = props;
  const [association, setAssociation] = useState(associations[0]);
  const [place, setPlace] = useState<Place>({ at: '', prefix: '' });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const exports = type === 'EXPORT_TO_REPOSITORY';
  const go = (at: string) => setPlace({ at, prefix: '' });
  return (
    <Modal
      visible
      size="large"
      header={exports ? 'Choose paths to export' : 'Choose paths to import'}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={<Footer chosen={chosen.size} room={room} onClose={onClose} onPick={() => onPick([...chosen])} />}
    >
      <SpaceBetween size="m">
        {!exports && associations.length > 1 ? (
          <RepositoryField
            associations={associations}
            chosen={association}
            onChange={(next) => {
              setAssociation(next);
              go('');
            }}
          />
        ) : null}
        <Trail root={exports ? '/' : (association?.DataRepositoryPath ?? '')} at={place.at} onGo={go} />
        {exports ? (
          <Input
            type="search"
            value={place.prefix}
            placeholder="Find names that begin with"
            ariaLabel="Find names that begin with"
            clearAriaLabel="Clear"
            onChange={({ detail }) => setPlace({ ...place, prefix: detail.value })}
          />
        ) : null}
        {chosen.size > room ? (
          <Alert type="warning" statusIconAriaLabel="Warning">
            {`The form takes ${room} more ${room === 1 ? 'path' : 'paths'}. Choose fewer, or a directory that holds them.`}
          </Alert>
        ) : null}
        <Names {...{ props, association, place, chosen, onChoose: setChosen, onGo: go }} />
      </SpaceBetween>
    </Modal>
  );
};

interface FooterProps {
  readonly chosen: number;
  readonly room: number;
  readonly onPick: () => void;
  readonly onClose: () => void;
}

const Footer = ({ chosen, room, onPick, onClose }: FooterProps) => (
  <Box float="right">
    <SpaceBetween direction="horizontal" size="xs">
      <Button variant="link" formAction="none" onClick={onClose}>
        Cancel
      </Button>
      <Button variant="primary" formAction="none" disabled={chosen === 0 || chosen > room} onClick={onPick}>
        {chosen === 1 ? 'Add 1 path' : `Add ${chosen} paths`}
      </Button>
    </SpaceBetween>
  </Box>
);

interface RepositoryFieldProps {
  readonly associations: readonly DataRepositoryAssociation[];
  readonly chosen: DataRepositoryAssociation | undefined;
  readonly onChange: (association: DataRepositoryAssociation | undefined) => void;
}

const optionOf = (association: DataRepositoryAssociation) => ({
  value: association.AssociationId ?? '',
  label: association.DataRepositoryPath ?? '',
});

const RepositoryField = ({ associations, chosen, onChange }: RepositoryFieldProps) => (
  <FormField label="Data repository">
    <Select
      selectedOption={chosen ? optionOf(chosen) : null}
      options={associations.map(optionOf)}
      onChange={({ detail }) =>
        onChange(associations.find((each) => each.AssociationId === detail.selectedOption.value))
      }
    />
  </FormField>
);

interface NamesProps {
  readonly props: PathPickerProps;
  readonly association: DataRepositoryAssociation | undefined;
  readonly place: Place;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly onGo: (at: string) => void;
}

/** Gives the focus to the names when another place is shown: the link or breadcrumb that led there is gone then. */
const useFocusOnArrival = (names: RefObject<HTMLElement | null>, shown: string) => {
  const before = useRef(shown);
  useEffect(() => {
    if (before.current !== shown) names.current?.focus({ preventScroll: true });
    before.current = shown;
  }, [names, shown]);
};

/** The pages of a place that were fetched, and the one that is shown; another place begins at its first. */
const usePages = (props: PathPickerProps, association: DataRepositoryAssociation | undefined, place: Place) => {
  const query = useEntries(props, association, place);
  const where = JSON.stringify([association?.AssociationId, place]);
  const [shown, setShown] = useState({ where, page: 1 });
  const pages = query.data?.pages ?? [];
  const turn = async (page: number) => {
    // Pages come one after another, so that only the next one can be missing.
    if (page > pages.length && (await query.fetchNextPage()).isError) return;
    setShown({ where, page });
  };
  return { query, pages, page: shown.where === where ? shown.page : 1, turn };
};

/** The names of one place, a page at a time. What was chosen elsewhere stays chosen. */
const Names = ({ props, association, place, chosen, onChoose, onGo }: NamesProps) => {
  const { query, page, pages, turn } = usePages(props, association, place);
  const names = useRef<HTMLElement>(null);
  useFocusOnArrival(names, `${association?.AssociationId} ${place.at}`);
  const entries = pages[page - 1]?.entries ?? [];
  const choose = (selected: readonly Entry[]) => {
    const here = new Set(entries.map(({ path }) => path));
    onChoose(new Set([...[...chosen].filter((path) => !here.has(path)), ...selected.map(({ path }) => path)]));
  };
  return (
    <section ref={names} tabIndex={-1} aria-label={`Names in ${visibleText(place.at) || '/'}`}>
      <SpaceBetween size="m">
        {query.error ? (
          <FailureAlert
            error={query.error}
            onRetry={() => void (query.data ? turn(pages.length + 1) : query.refetch())}
          />
        ) : null}
        {query.error && !query.data ? null : (
          <Listing
            entries={entries}
            chosen={chosen}
            loading={query.isPending}
            onChoose={choose}
            onOpen={(name) => onGo(below(place.at, name))}
          />
        )}
        {pages.length > 1 || query.hasNextPage ? (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages.length}
            openEnd={query.hasNextPage}
            disabled={query.isFetchingNextPage}
            onChange={({ detail }) => void turn(detail.currentPageIndex)}
          />
        ) : null}
      </SpaceBetween>
    </section>
  );
};

interface TrailProps {
  readonly root: string;
  readonly at: string;
  readonly onGo: (at: string) => void;
}

const Trail = ({ root, at, onGo }: TrailProps) => {
  const parts = at === '' ? [] : at.split('/');
  return (
    <BreadcrumbGroup
      ariaLabel="Place"
      items={[
        { text: root, href: '#' },
        ...parts.map((text, index) => ({ text: visibleText(text), href: `#${parts.slice(0, index + 1).join('/')}` })),
      ]}
      onFollow={(event) => {
        event.preventDefault();
        onGo(event.detail.href.slice(1));
      }}
    />
  );
};

interface ListingProps {
  readonly entries: readonly Entry[];
  readonly chosen: ReadonlySet<string>;
  readonly loading: boolean;
  readonly onChoose: (entries: readonly Entry[]) => void;
  readonly onOpen: (name: string) => void;
}

const Listing = ({ entries, chosen, loading, onChoose, onOpen }: ListingProps) => (
  <Table
    variant="embedded"
    wrapLines
    items={entries}
    trackBy="path"
    selectionType="multi"
    selectedItems={entries.filter(({ path }) => chosen.has(path))}
    isItemDisabled={({ path }) => !isTaskPath(path)}
    onSelectionChange={({ detail }) => onChoose(detail.selectedItems)}
    loading={loading}
    loadingText="Loading names"
    empty={<Box textAlign="center">Nothing here.</Box>}
    ariaLabels={{
      selectionGroupLabel: 'Paths',
      allItemsSelectionLabel: () => 'Choose all that are shown',
      itemSelectionLabel: (_, { name }) => `Choose ${visibleText(name)}`,
      tableLabel: 'Names',
    }}
    columnDefinitions={[
      {
        id: 'name',
        header: 'Name',
        isRowHeader: true,
        cell: (entry) => <Name entry={entry} onOpen={onOpen} />,
      },
      {
        id: 'size',
        header: 'Size',
        width: 140,
        cell: ({ isDirectory, size }) => (isDirectory ? '-' : bytesText(size)),
      },
    ]}
  />
);

interface NameProps {
  readonly entry: Entry;
  readonly onOpen: (name: string) => void;
}

/** A name, as a link where there is something below it. */
const Name = ({ entry: { name, path, isDirectory }, onOpen }: NameProps) => (
  <div style={{ overflowWrap: 'anywhere' }}>
    {isDirectory ? (
      <Link
        href="#"
        onFollow={(event) => {
          event.preventDefault();
          onOpen(name);
        }}
      >
        {`${visibleText(name)}/`}
      </Link>
    ) : (
      visibleText(name)
    )}
    {isTaskPath(path) ? null : (
      <Box variant="small" color="text-body-secondary" display="block">
        Cannot be the path of a task, because of its characters or its length. Choose the directory that holds it.
      </Box>
    )}
  </div>
);
