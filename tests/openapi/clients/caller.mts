/**
 * A caller of both APIs in TypeScript, on the types that openapi-typescript makes of the description.
 *
 * It is run as a program with one argument: JSON that says where the server is, with which credentials, and which
 * exchanges to do. It does them in turn, and prints what it has read of each answer through the types.
 */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type VbaEvent = Schemas["VbaEvent"];

/** What the program is told; credentials are called by these names, and a name that is none of them stands as it is. */
interface Setting {
  url: string;
  credentials: Record<string, string>;
  exchanges: [name: string, prefer: string][];
}

/** What was read of an answer, ready for JSON. */
type Read = Record<string, unknown>;

declare const process: { argv: string[] };

const FIRST_EVENT = { integration: "3K5O7K5WJMX3M4KKO0S1", event: "4M6P8L6XKNY4N5LLP1T3" };
const REVISIONING_EVENT = { integration: "5M7Q9M7YLOZ5O6MMQ2U3", event: "6O8RAN8ZMPA6P7NNR3V5" };
const UNKNOWN_EVENT = { ...FIRST_EVENT, event: "X9TCV8TK7AT1KZNA8V1Q" };
const AT_A_STEP = {
  integration: "6N8RAN8ZMPA6P7NNR3V4",
  event: "7O9SBO90NQB7Q8OOS4W5",
  qualityProcess: "UCWFYBWNADWSBUDWPF1I",
};
const EDITED = { ...AT_A_STEP, qualityProcess: "UCWFYBWNADWSBUDWPF2J" };
const CREATED = {
  integration: "8PATCPA1ORC8R9PPT5X6",
  event: "9QBUDQB2PSD9SAQQU6Y7",
  qualityProcess: "WEYHADYPCFYUDWFYRH3K",
};

const MINIMAL: VbaEvent = {
  event_ID: 999701,
  claim_Audit_Event: false,
  process_Automation_Event: false,
  reminder: false,
};
const FULL: Required<VbaEvent> = {
  event_ID: 999702,
  claim_Audit_Event: true,
  completion_Date: "2024-03-05T10:30:00Z",
  completion_Percent: 62.5,
  due_Date: "2024-03-08T00:00:00Z",
  end_Date: null,
  entry_Date: "2024-03-01T08:00:00Z",
  entry_User: "jlindqvist",
  event_Processor: "ClaimAudit",
  event_Type: "AUDIT",
  meta_Data: '{"claims": [10482, 10483]}',
  next_Scheduled_Date: "2024-03-06T09:00:00Z",
  next_Scheduled_Time: "2024-03-06T09:15:00Z",
  priority: "",
  process_Automation_Event: false,
  reminder: true,
  reminder_Event_ID: 999702,
  reportSeries_Key: null,
  start_Date: "2024-03-02T08:00:00Z",
  status: "OPEN",
  subject: "Bericht für März",
  update_Date: "2024-03-04T16:20:00Z",
  update_User: null,
  userGroup_Key: 12,
  user_ID: "hwalker",
};
const TOO_LONG: VbaEvent = { ...MINIMAL, event_ID: 999707, priority: "x".repeat(33) };

/** Both APIs of one server. */
class Caller {
  private readonly client: Client<paths>;

  /** `prefer` is sent along with every request, for mock servers. */
  constructor(
    private readonly setting: Setting,
    prefer: string,
  ) {
    this.client = createClient<paths>({ baseUrl: setting.url, headers: prefer === "" ? {} : { Prefer: prefer } });
  }

  /** Reconcile an event, or take its marks back. */
  async event(
    path: typeof FIRST_EVENT,
    body: Schemas["EventReconciliation"],
    { session = "session", contentType = "application/json" } = {},
  ): Promise<Read> {
    const { data, error, response } = await this.client.PUT("/outboundintegrations/{integration}/events/{event}", {
      params: { path },
      body,
      headers: { arena_session_id: this.credential(session), "Content-Type": contentType },
    });
    return { status: response.status, ...(data ? readEvent(data) : readError(error)) };
  }

  /** Reconcile a quality process, or take its mark back. */
  async qualityProcess(path: typeof AT_A_STEP, reconciled: boolean): Promise<Read> {
    const { data, error, response } = await this.client.PUT(
      "/outboundevents/{integration}/events/{event}/qualityprocesses/{qualityProcess}",
      {
        params: { path },
        body: { reconciled },
        headers: { arena_session_id: this.credential("session") },
      },
    );
    return { status: response.status, ...(data ? readQualityProcess(data) : readError(error)) };
  }

  /** Create or update events. */
  async batch(
    body: Schemas["EventBatch"],
    { token = "bearer_token", database = "database", accept = "*/*", contentType = "application/json" } = {},
  ): Promise<Read> {
    const { data, error, response } = await this.client.PUT("/events-batch", {
      params: { header: { "vbasoftware-database": this.credential(database) } },
      body,
      headers: {
        "x-api-key": this.credential("api_key"),
        Authorization: `Bearer ${this.credential(token)}`,
        Accept: accept,
        "Content-Type": contentType,
      },
    });
    if (data) {
      return { status: response.status, ...readEnvelope(data, response) };
    }
    // The type of a refusal's body is unknown: most servers send the envelope.
    return {
      status: response.status,
      ...(isEnvelope(error) ? readEnvelope(error, response) : { text: error }),
    };
  }

  private credential(name: string): string {
    return this.setting.credentials[name] ?? name;
  }
}

function readEvent(event: Schemas["ArenaEvent"]): Read {
  return {
    guid: event.guid,
    reconciled: event.itemsReconciled,
    state: event.status,
    type: event.eventType satisfies "CHANGE" | "REVISIONING_EVENT",
    number: event.change?.number ?? event.revisioningEvent?.number ?? null,
    at: event.change?.approvedOnDateTime ?? event.revisioningEvent?.performedOnDateTime ?? null,
    creator: event.creator.fullName,
  };
}

function readQualityProcess(process: Schemas["QualityProcess"]): Read {
  return {
    guid: process.guid,
    reconciled: process.reconciled,
    by: process.reconciledUser?.email ?? null,
    at: process.reconciledDatetime ?? null,
    before: process.preEvent && readAttributes(process.preEvent),
    after: readAttributes(process.postEvent),
  };
}

/** The watched attributes, in whichever of their forms. */
function readAttributes(
  attributes: Schemas["WorkflowAttributes"] | Schemas["EditAttributes"] | Schemas["CreateAttributes"],
): Read {
  if ("currentStep" in attributes) {
    return { step: attributes.currentStep.name };
  }
  if ("targetCompletionDateTime" in attributes) {
    return { description: attributes.description, due: attributes.targetCompletionDateTime };
  }
  return { created: attributes.guid };
}

/** The first of a refusal's errors. */
function readError(error: Schemas["ArenaError"] | undefined): Read {
  return { repeated: error?.status, code: error?.errors[0]?.code, message: error?.errors[0]?.message };
}

function readEnvelope(envelope: Schemas["BatchResponse"], response: Response): Read {
  return {
    media_type: response.headers.get("Content-Type")?.split(";")[0],
    results: envelope.data?.map(({ id, status, body }) => [id[0]?.value, status, body]) ?? null,
    problem: envelope.error ? [envelope.error.status, envelope.error.title] : null,
    activity: envelope.debug.activityID !== "",
  };
}

function isEnvelope(body: unknown): body is Schemas["BatchResponse"] {
  return typeof body === "object" && body !== null && "debug" in body;
}

const ON = { itemsReconciled: true };
const OFF = { itemsReconciled: false };
const UNTYPED: Schemas["EventReconciliation"] = JSON.parse('{"itemsReconciled": "yes"}');

const EXCHANGES: Record<string, (caller: Caller) => Promise<Read>> = {
  "event reconciled": (caller) => caller.event(FIRST_EVENT, ON),
  "event taken back": (caller) => caller.event(FIRST_EVENT, OFF),
  "revisioning event": (caller) => caller.event(REVISIONING_EVENT, ON),
  "event with an unknown guid": (caller) => caller.event(UNKNOWN_EVENT, ON),
  "event with a text for its flag": (caller) => caller.event(FIRST_EVENT, UNTYPED),
  "event with an unknown session": (caller) => caller.event(FIRST_EVENT, ON, { session: "none" }),
  "event of a user": (caller) => caller.event(FIRST_EVENT, ON, { session: "user_session" }),
  "event as text/plain": (caller) => caller.event(FIRST_EVENT, ON, { contentType: "text/plain" }),
  "quality process reconciled": (caller) => caller.qualityProcess(AT_A_STEP, true),
  "quality process taken back": (caller) => caller.qualityProcess(AT_A_STEP, false),
  "quality process edited": (caller) => caller.qualityProcess(EDITED, false),
  "quality process created": (caller) => caller.qualityProcess(CREATED, false),
  "quality process with an unknown guid": (caller) =>
    caller.qualityProcess({ ...AT_A_STEP, qualityProcess: "NONE" }, true),
  "batch creates": (caller) => caller.batch([MINIMAL]),
  "batch updates": (caller) => caller.batch([MINIMAL]),
  "batch with every field": (caller) => caller.batch([FULL]),
  "batch fails in part": (caller) => caller.batch([MINIMAL, TOO_LONG]),
  "batch of none": (caller) => caller.batch([]),
  "batch answered as application/json": (caller) => caller.batch([], { accept: "application/json" }),
  "batch answered as text/json": (caller) => caller.batch([], { accept: "text/json" }),
  "batch with an unknown token": (caller) => caller.batch([MINIMAL], { token: "none" }),
  "batch for an unknown database": (caller) => caller.batch([MINIMAL], { database: "none" }),
  "batch sent as text/json": (caller) => caller.batch([], { contentType: "text/json" }),
  "batch sent as another JSON": (caller) => caller.batch([], { contentType: "application/vnd.events+json" }),
  "batch sent as text/plain": (caller) => caller.batch([], { contentType: "text/plain" }),
};

const setting: Setting = JSON.parse(process.argv[2] ?? "");
const reads: Read[] = [];
for (const [name, prefer] of setting.exchanges) {
  const exchange = EXCHANGES[name];
  if (exchange === undefined) {
    throw new Error(`There is no exchange called ${name}.`);
  }
  reads.push(await exchange(new Caller(setting, prefer)));
}
console.log(JSON.stringify(reads));
