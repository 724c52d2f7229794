/**
 * Preloaded (`--import`) into a deployment and its threads for the crash test's control run: a deployment that does not
 * remember which mutations of a session it has applied.
 */
import { SessionRequests } from "../src/store/sessionRequests.ts";

SessionRequests.prototype.find = () => null;
SessionRequests.prototype.add = () => undefined;
