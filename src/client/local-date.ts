/** A date as slmgr prints it, in the machine's time zone: `11/22/2026 9:58:33 AM`. */
export function formatLocalDate(time: number): string {
  const date = new Date(time);
  const hours = date.getHours();
  const two = (value: number) => String(value).padStart(2, "0");
  return (
    `${date.getMonth() + 1}/${date.getDate()}/${date.getFullYear()} ` +
    `${hours % 12 || 12}:${two(date.getMinutes())}:${two(date.getSeconds())} ${hours < 12 ? "AM" : "PM"}`
  );
}
