export * from './device';
export * from './device-cleaner.service';
export * from './device-life';
export * from './device-recognition.service';
export * from './device-tokens';
export * from './device.repository';
export * from './known-devices.service';
export * from './trusted-devices.service';
