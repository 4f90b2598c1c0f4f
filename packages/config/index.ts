export {
  checkConfigs,
  ConfigError,
  duration,
  flag,
  integer,
  loadConfig,
  refuse,
  text,
  type Config,
  type ConfigPart,
  type Setting,
  type Settings,
} from './config.ts';
