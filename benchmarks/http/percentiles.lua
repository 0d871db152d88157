-- Prints wrk's latencies as one JSON line, in microseconds.
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "failed": %d, "p50_us": %d, "p99_us": %d, "p999_us": %d, "most_us": %d}\n',
    summary.requests, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
