/** Colours, or the bare text where colours are not wanted. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
}

const sequence = (on: number, off: number) => (text: string) => `\u001B[${on}m${text}\u001B[${off}m`;
const same = (text: string) => text;

export const plain: Style = { bold: same, dim: same, red: same, green: same, yellow: same, blue: same };
const coloured: Style = {
  bold: sequence(1, 22),
  dim: sequence(2, 22),
  red: sequence(31, 39),
  green: sequence(32, 39),
  yellow: sequence(33, 39),
  blue: sequence(34, 39),
};

/** Colours go to a terminal only, and not when `NO_COLOR` is set to anything (https://no-color.org) or the terminal is `dumb`. */
export const styleFor = (stream: { readonly isTTY?: boolean | undefined }, env: Readonly<Record<string, string | undefined>>): Style =>
  stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? coloured : plain;
