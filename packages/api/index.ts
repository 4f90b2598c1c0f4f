export { type Caller, requireScopes } from './caller.ts';
export { ApiError, type ErrorCode } from './errors.ts';
export { invoker } from './invoke.ts';
export { type Method, methodsOf } from './method.ts';
export { monitoringHandlers } from './monitoring.ts';
export { respond, Respond } from './respond.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
export { type Handler, type Handlers, type Request, serviceApi, type ServiceApi } from './service.ts';
export { claimHeaders, usedHeadersLoop } from './used-headers.ts';
