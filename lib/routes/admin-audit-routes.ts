import { AdminAuditEventsDTO, AdminAuditHistoryDTO, AdminSuspiciousActivityDTO } from '../admin';
import type { RouteDefinition } from './route-definition';

const shared = {
  group: 'admin',
  method: 'GET',
  access: 'authenticated',
  status: 200,
  input: 'query',
} as const;

/** The trail of everybody, for administrators; the application guards them. */
export const adminAuditRoutes: readonly RouteDefinition[] = [
  {
    ...shared,
    key: 'adminAuditHistory',
    path: '/admin/audit/history',
    dto: AdminAuditHistoryDTO,
    call: ({ adminAuthService }, input) => adminAuthService.getUserAuthHistory(input),
  },
  {
    ...shared,
    key: 'adminAuditEvents',
    path: '/admin/audit/events',
    dto: AdminAuditEventsDTO,
    call: ({ adminAuthService }, input) => adminAuthService.getEventsByType(input),
  },
  {
    ...shared,
    key: 'adminSuspiciousActivity',
    path: '/admin/audit/suspicious',
    dto: AdminSuspiciousActivityDTO,
    call: ({ adminAuthService }, input) => adminAuthService.getSuspiciousActivity(input),
  },
];
