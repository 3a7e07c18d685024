import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import { useEffect, useRef } from 'react';

interface ConfirmFieldProps {
  readonly label: string;
  readonly constraintText?: string;
  /** What has to be typed. */
  readonly expected: string;
  readonly typed: string;
  readonly onType: (text: string) => void;
  /** False for a field that appears after a click, and must not take the focus from what was clicked. */
  readonly takesFocus?: boolean;
  /** Nothing is left to confirm. The field keeps the focus, which a disabled one would lose. */
  readonly readOnly?: boolean;
}

/** Asks the user of a modal to type something, so that nothing is lost by a slip. */
export const ConfirmField = (props: ConfirmFieldProps) => {
  const { label, constraintText, expected, typed, onType, takesFocus = true, readOnly = false } = props;
  const input = useRef<InputProps.Ref>(null);
  // The modal gives the focus to its close button first; the field is where the work is.
  useEffect(() => {
    if (!takesFocus) return;
    const timer = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(timer);
  }, [takesFocus]);
  return (
    <FormField label={label} constraintText={constraintText}>
      <Input
        ref={input}
        value={typed}
        placeholder={expected}
        ariaRequired
        autoComplete={false}
        spellcheck={false}
        readOnly={readOnly}
        onChange={({ detail }) => onType(detail.value)}
      />
    </FormField>
  );
};
