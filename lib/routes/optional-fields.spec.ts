import { getMetadataStorage } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { NAuthException } from '../errors';
import { validateDto } from '../validation';
import { routeManifest } from './route-manifest';

/** Where null is documented: it empties the field. */
const EMPTIED_BY_NULL: Readonly<Record<string, readonly string[]>> = {
  UpdateProfileDTO: ['firstName', 'lastName', 'phone', 'timezone', 'locale'],
};

type Dto = new () => object;

const dtos = [...new Set<Dto>(routeManifest.flatMap(({ dto }) => (dto ? [dto] : [])))];

function fieldsOf(dto: Dto): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

/** Fields that the error of the body names. */
function refusedFields(dto: Dto, body: object): string[] {
  try {
    validateDto(dto, body);
    return [];
  } catch (error) {
    if (!(error instanceof NAuthException) || error.code !== 'VALIDATION_FAILED') throw error;
    return Object.keys(error.details?.fields ?? {});
  }
}

describe('null in a field of a ready-made route (R135)', () => {
  const cases = dtos.flatMap((dto) => fieldsOf(dto).map((field) => ({ dto, name: dto.name, field })));

  it('is looked at for every DTO', () => {
    expect(cases.length).toBeGreaterThan(60);
  });

  it.each(cases)('$name.$field is refused by name, or empties it', ({ dto, name, field }) => {
    const isMeant = EMPTIED_BY_NULL[name]?.includes(field) ?? false;
    expect(refusedFields(dto, { [field]: null }).includes(field)).toBe(!isMeant);
  });
});
