const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** C's strftime as far as templates use it, in local time. Unknown conversions stay as they are. */
export function formatTime(format: string, time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = months[time.getMonth()] ?? '';
  const day = days[time.getDay()] ?? '';
  const yearStart = new Date(time.getFullYear(), 0, 1);
  const conversions: Record<string, string> = {
    Y: String(time.getFullYear()),
    y: two(time.getFullYear() % 100),
    m: two(time.getMonth() + 1),
    d: two(time.getDate()),
    e: String(time.getDate()).padStart(2, ' '),
    H: two(time.getHours()),
    I: two(time.getHours() % 12 || 12),
    M: two(time.getMinutes()),
    S: two(time.getSeconds()),
    p: time.getHours() < 12 ? 'AM' : 'PM',
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    w: String(time.getDay()),
    j: String(
      Math.round((+new Date(time.getFullYear(), time.getMonth(), time.getDate()) - +yearStart) / 86_400_000) + 1,
    ).padStart(3, '0'),
    F: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    T: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`,
    '%': '%',
  };
  return format.replace(/%-?([A-Za-z%])/g, (whole, letter: string) => {
    const text = conversions[letter];
    if (text === undefined) return whole;
    return whole.startsWith('%-') ? text.replace(/^[0 ]+(?=\d)/, '') : text;
  });
}
