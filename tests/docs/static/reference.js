"use strict";
// Renders the description that the page holds. In a sandbox it also fills in the credentials, and sends requests to the
// folder above the page's own, so that they go to the page's origin whatever name it was opened by.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const description = read("description");
  const credentials = read("credentials");

  if (credentials) {
    const url = new URL("..", document.baseURI).href.replace(/\/$/, "");
    for (const item of Object.values(description.paths)) {
      for (const operation of Object.values(item)) {
        if (operation.operationId) operation.servers.unshift({ url, description: "This sandbox" });
      }
    }
  }
  const filled = Object.entries(credentials || {}).map(([name, value]) => [name, { value, token: value }]);

  Scalar.createApiReference("#reference", {
    content: description,
    authentication: { securitySchemes: Object.fromEntries(filled) },
    hideTestRequestButton: !credentials,
    generateOperationSlug: (operation) => operation.operationId,
    defaultOpenAllTags: true,
    operationTitleSource: "summary",
    modelsSectionLabel: "Schemas",
    documentDownloadType: "none",
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    hideClientButton: true,
    hideDarkModeToggle: true,
    showDeveloperTools: "never",
    agent: { disabled: true },
    mcp: { disabled: true },
    telemetry: false,
    persistAuth: false,
    withDefaultFonts: false,
    theme: "none",
  });
})();
