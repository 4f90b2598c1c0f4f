/** A duration in words of at most two units: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(whole, 60, 'min', 's');
  const minutes = Math.round(whole / 60);
  return minutes < 1440 ? two(minutes, 60, 'h', 'min') : two(Math.round(minutes / 60), 24, 'd', 'h');
};

const two = (value: number, size: number, large: string, small: string) =>
  value % size === 0 ? `${value / size} ${large}` : `${Math.floor(value / size)} ${large} ${value % size} ${small}`;
