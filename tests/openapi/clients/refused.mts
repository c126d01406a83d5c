/** What the types must refuse: tsc reports a directive that refuses nothing as unused. */

import type { components, operations } from "./schema.js";

type Schemas = components["schemas"];

const MINIMAL = { event_ID: 1, claim_Audit_Event: false, process_Automation_Event: false, reminder: false };

export const refused = [
  // @ts-expect-error: the flag is required
  {} satisfies Schemas["EventReconciliation"],
  // @ts-expect-error: the flag is no text
  { itemsReconciled: "true" } satisfies Schemas["EventReconciliation"],
  // @ts-expect-error: the flag is never null
  { reconciled: null } satisfies Schemas["QualityProcessReconciliation"],
  // @ts-expect-error: reminder is required
  { event_ID: 1, claim_Audit_Event: false, process_Automation_Event: false } satisfies Schemas["VbaEvent"],
  // @ts-expect-error: entry_Date may be absent, but not null
  { ...MINIMAL, entry_Date: null } satisfies Schemas["VbaEvent"],
  // @ts-expect-error: there is no such field
  { ...MINIMAL, event_Id: 2 } satisfies Schemas["VbaEvent"],
  // @ts-expect-error: the database is required
  {} satisfies operations["putEventsBatch"]["parameters"]["header"],
  // @ts-expect-error: each event is an object
  [1] satisfies Schemas["EventBatch"],
];
