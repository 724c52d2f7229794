/** What a person can do about an error, by its code: one table for the run page, lists and documentation. */

/** Every code that an operation's or a run's error may carry. A test finds those that sources use and this table lacks. */
export const errorRemedies = {
  action_cancelled: "Nothing went wrong in the operation itself: the run was stopped. Replay it if it should be done.",
  action_failed:
    "Look at what the service said. If the data is at fault, retry with edited data; else fix it there and retry.",
  action_invalid:
    "The node's settings or the mapped data are not acceptable. Correct the node, or retry with edited data.",
  action_result_lost:
    "The server was interrupted in the middle. Look whether the other side has it: if so call it done, else perform it again.",
  action_timed_out:
    "No answer came in time. Raise the node's timeout if the service is slow, or retry when it is well again.",
  certificate_invalid: "The service's certificate is not trusted. Renew it there, or correct the address.",
  connection_broken:
    "The service ended the connection in the middle. Look whether it has it before you perform it again.",
  connection_failed: "The service could not be reached. Check the address and whether it runs; then retry.",
  connection_host_not_allowed:
    "The connection may only be used for its own hosts. Correct the address, or choose another connection.",
  connection_invalid: "The service refused the credentials. Renew them in the connection, then retry.",
  connection_rate_limited:
    "The service asks for fewer requests. It goes on after a pause; limit runs at the same time if it returns.",
  connection_unavailable:
    "The connection's service has failed repeatedly and is left alone. Retry when it answers again.",
  formula_budget: "A formula does too much at once. Split it up, or process fewer items per bundle.",
  formula_failed: "A formula cannot be evaluated with this data. Correct it in the node, or retry with edited data.",
  formula_invalid:
    "A formula is not written correctly. Correct it in the node and publish; a run begun anew takes the new version.",
  http_status: "Look at what the service said. If the data is at fault, retry with edited data.",
  outbound_refused: "The server may not reach this address. Ask whoever runs it to allow it, or use another.",
  rate_limited: "The service asks for fewer requests. It goes on after a pause.",
  response_too_large: "The answer is larger than is taken in. Ask the service for less, page by page.",
  run_cancelled: "Somebody stopped the run. Replay it if it should be done after all.",
  scenario_cancelled: "The called scenario's run was stopped. Retry to call it again, or call the operation done.",
  scenario_failed: "The called scenario failed. Open its run to see why, and retry when that is solved.",
  scenario_invalid:
    "The scenario cannot go on as it is drawn. Correct it in the editor, publish, and begin the run anew.",
  scenario_limit:
    "The run reached a limit of its scenario. Raise it in the scenario's settings, or process less per run.",
  scenario_not_found: "The called scenario does not exist, is off, or was never published. Correct that, then retry.",
  scenario_stopped: "The scenario itself ended the run with this message.",
  system_internal: "Patchbay itself failed here. The server's log says more; retry, and report it if it happens again.",
  too_many_redirects: "The address leads in circles. Use the address that it should end at.",
  wait_timed_out: "Nobody answered in time. Begin the run anew to ask again, or let the node go on without an answer.",
} as const satisfies Record<string, string>;
export type ErrorCode = keyof typeof errorRemedies;

/** What a person can do about an error with this code; null for a service's own code, of which its message says more. */
export function remedyOf(code: string): string | null {
  return Object.hasOwn(errorRemedies, code) ? errorRemedies[code as ErrorCode] : null;
}
