import 'reflect-metadata';
import {
  AuthModule,
  CurrentUser,
  GracefulShutdown,
  Public,
  RequireRecentAuth,
  type NAuthConfig,
  type NAuthUser,
} from '@nauth-toolkit/nestjs';
import { Controller, Get, Module, type INestApplication, type Type } from '@nestjs/common';
import { breakOnPurpose } from '../broken/break-on-purpose';
import { createControls } from '../controls';
import type { Harness } from '../harness-config';
import { LISTEN_ADDRESS, type RunningHost } from '../running-host';

/** Inside the pipeline, open to everybody. */
@Controller()
class PublicController {
  @Get('public')
  @Public()
  show(@CurrentUser() user: NAuthUser | null): { user: string | null } {
    return { user: user?.sub ?? null };
  }
}

/** For who has proved of late who they are. */
@Controller()
class RecentController {
  @Get('recent')
  @RequireRecentAuth('5m')
  show(): { recent: boolean } {
    return { recent: true };
  }
}

export function applicationModule(config: NAuthConfig): Type<unknown> {
  @Module({
    imports: [AuthModule.forRoot({ ...config, routes: config.routes })],
    controllers: [PublicController, RecentController],
  })
  class ApplicationModule {}
  return ApplicationModule;
}

/** Adds what stands outside the pipeline, and listens. */
export async function listen(
  app: INestApplication,
  harness: Harness,
  { port, broken }: { port: number; broken: string | undefined },
): Promise<RunningHost> {
  const shutdown = app.get(GracefulShutdown);
  app.use(createControls(harness, () => shutdown.isShuttingDown()));
  // A route of the HTTP adapter itself is one that no guard of Nest sees.
  app.getHttpAdapter().get('/bare', (_request: unknown, response: unknown) => {
    app.getHttpAdapter().reply(response, { bare: true }, 200);
  });
  if (broken !== undefined) await breakOnPurpose(await app.init(), broken, harness);
  await app.listen(port, LISTEN_ADDRESS);
  return { url: await app.getUrl(), close: () => app.close() };
}
