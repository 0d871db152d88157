#include "rest/endpoints/status_page_internal.hpp"

namespace neve::rest::endpoints {

const std::string_view kStatusPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Neve</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
       color: #1c2733; background: #fff; }
h1 { font-weight: 600; margin-bottom: 0; }
p.state { margin-top: 0; color: #5a6b7b; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid #dde4ea;
         font-variant-numeric: tabular-nums; }
th { font-weight: 600; }
.bad { color: #b3261e; }
@media (prefers-color-scheme: dark) {
  body { color: #dbe4ec; background: #14191f; } p.state { color: #93a4b3; }
  th, td { border-color: #2c3742; } .bad { color: #ff8a80; }
}
</style>
</head>
<body>
<h1>Neve</h1>
<p class="state" id="state" role="status">Asking the cluster …</p>
<table aria-label="Cluster"><tbody id="cluster"></tbody></table>
<h2>Nodes</h2>
<table aria-label="Nodes">
<thead><tr><th>Node</th><th>Healthy</th><th>Threads</th><th>Load</th><th>Data</th>
<th>Free memory</th><th>Objects</th></tr></thead>
<tbody id="nodes"></tbody>
</table>
<script>
const size = (bytes) => {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; ++unit) bytes /= 1024;
  return `${bytes.toFixed(unit ? 1 : 0)} ${units[unit]}`;
};
const span = (ms) => {
  const s = Math.floor(ms / 1000), m = Math.floor(s / 60), h = Math.floor(m / 60);
  return h ? `${h} h ${m % 60} min` : m ? `${m} min ${s % 60} s` : `${s} s`;
};
const row = (cells, header) => {
  const line = document.createElement("tr");
  cells.forEach((text, i) => {
    const cell = document.createElement(header && i === 0 ? "th" : "td");
    cell.textContent = text;
    line.append(cell);
  });
  return line;
};
async function show() {
  const state = document.getElementById("state");
  try {
    const cloud = await (await fetch("/3/Cloud")).json();
    state.textContent = cloud.cloud_healthy ? "Running and healthy" : "Some nodes do not answer";
    state.className = cloud.cloud_healthy ? "state" : "state bad";
    document.getElementById("cluster").replaceChildren(
      row(["Name", cloud.cloud_name], true), row(["Nodes", cloud.cloud_size], true),
      row(["Up for", span(cloud.cloud_uptime_millis)], true),
      row(["Server", cloud.describe], true), row(["Speaks H2O-3", cloud.version], true));
    document.getElementById("nodes").replaceChildren(...cloud.nodes.map((node) => row([
      node.ip_port, node.healthy ? "yes" : "no", node.nthreads, node.sys_load.toFixed(2),
      size(node.mem_value_size), `${size(node.free_mem)} of ${size(node.max_mem)}`,
      node.num_keys])));
  } catch (error) {
    state.textContent = "The cluster does not answer";
    state.className = "state bad";
  }
  setTimeout(show, 2000);
}
show();
</script>
</body>
</html>
)html";

}  // namespace neve::rest::endpoints
