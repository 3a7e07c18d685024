/** The strokes of a shortcut, one after the other: `g t`. */
export const Keys = ({ keys }: { readonly keys: string }) => (
  <span style={{ display: 'inline-flex', alignItems: 'center', gap: '4px', flexShrink: 0 }}>
    {keys.split(' ').map((stroke) => (
      <kbd
        key={stroke}
        style={{
          minWidth: '1.4em',
          padding: '1px 5px',
          border: '1px solid color-mix(in srgb, currentColor 45%, transparent)',
          borderRadius: '4px',
          fontFamily: 'inherit',
          fontSize: '12px',
          lineHeight: '16px',
          textAlign: 'center',
        }}
      >
        {stroke}
      </kbd>
    ))}
  </span>
);
