const EARTH_RADIUS_KM = 6371;
/** Databases of addresses are often this far off; so near, nobody has travelled. */
const TOLERANCE_KM = 100;
const MIN_HOURS = 1 / 60;

/** Where and when. Hundredths of a degree, WGS 84: about a kilometre, which is nearer than any database of addresses is. */
export interface Place {
  latitudeE2: number;
  longitudeE2: number;
  at: Date;
}

/** How fast somebody would have to travel between two sign-ins: kilometres an hour, rounded; 0 for next door. */
export function travelSpeed(from: Place, to: Place): number {
  const distance = distanceKm(from, to);
  if (distance <= TOLERANCE_KM) return 0;
  const hours = Math.max(MIN_HOURS, (to.at.getTime() - from.at.getTime()) / 3600_000);
  return Math.round((distance - TOLERANCE_KM) / hours);
}

function distanceKm(from: Place, to: Place): number {
  const [a, b] = [radians(from.latitudeE2), radians(to.latitudeE2)];
  const half = (first: number, second: number): number => Math.sin((second - first) / 2) ** 2;
  const chord =
    half(a, b) + Math.cos(a) * Math.cos(b) * half(radians(from.longitudeE2), radians(to.longitudeE2));
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(hundredths: number): number {
  return (hundredths / 100) * (Math.PI / 180);
}
