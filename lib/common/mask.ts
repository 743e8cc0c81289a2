/** An e-mail address as a hint: `ada@example.com` is `a***@e***.com` (R090). */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  const top = domain.slice(domain.lastIndexOf('.') + 1);
  return `${first(address.slice(0, at))}***@${first(domain)}***.${top}`;
}

/** A phone number as a hint: its last two digits, and nothing of its length. */
export function maskPhone(phone: string): string {
  return `***${phone.slice(-2)}`;
}

function first(text: string): string {
  return Array.from(text)[0] ?? '';
}
