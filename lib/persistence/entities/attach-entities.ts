import { type DataSource, DefaultNamingStrategy } from 'typeorm';
import { ConnectionMetadataBuilder } from 'typeorm/connection/ConnectionMetadataBuilder';
import type { Entities } from './create-entities';

/**
 * Makes the entities known to an initialised DataSource that was not told of them. Does nothing for those that it
 * knows already, so two modules with one prefix may share a DataSource.
 */
export async function attachEntities(dataSource: DataSource, entities: Entities): Promise<void> {
  const missing = Object.values(entities).filter((entity) => !dataSource.hasMetadata(entity.options.name));
  if (missing.length === 0) return;
  const metadatas = await new ConnectionMetadataBuilder(withOwnNames(dataSource)).buildEntityMetadatas(
    missing,
  );
  for (const metadata of metadatas) {
    if (dataSource.entityMetadatasMap.has(metadata.target)) continue;
    dataSource.entityMetadatas.push(metadata);
    dataSource.entityMetadatasMap.set(metadata.target, metadata);
  }
}

/**
 * The same DataSource without the host's naming strategy and entity prefix: tables and columns are named by the
 * toolkit's migrations, whatever the host does with its own.
 */
function withOwnNames(dataSource: DataSource): DataSource {
  const view: DataSource = Object.create(dataSource, {
    namingStrategy: { value: new DefaultNamingStrategy() },
    options: { value: { ...dataSource.options, entityPrefix: undefined } },
  });
  return view;
}
