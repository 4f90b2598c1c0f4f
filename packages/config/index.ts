export {
  checkConfigs,
  ConfigError,
  duration,
  flag,
  integer,
  loadConfig,
  text,
  type Config,
  type Setting,
  type Settings,
} from './config.ts';
