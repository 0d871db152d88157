#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>

#include "cluster/api/cluster_folder.hpp"
#include "cluster/api/rpc.hpp"

// Cost of a call between two nodes of this process: over the queue, and over gRPC on loopback.
namespace neve::cluster {
namespace {

constexpr std::int64_t kMemory = std::int64_t{4} << 30U;

enum Way : std::int64_t { queue, plain, encrypted };
constexpr const char* kWays[] = {"queue", "gRPC", "gRPC, mTLS"};

ClusterFolder secrets() {
  std::string folder = std::filesystem::temp_directory_path() / "neve-bench-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return {};
  ClusterFolder made = ClusterFolder::create(folder);
  std::filesystem::remove_all(folder);
  return made;
}

/// Two nodes, of which the second gives back what it is sent, or takes it.
class Pair {
 public:
  explicit Pair(Way way) {
    inbox_.add("echo", [](auto bytes) { return wire::Bytes(bytes.begin(), bytes.end()); });
    inbox_.add("take", [](auto) { return wire::Bytes(); });
    if (way == queue) {
      network_.join(kServer, inbox_);
      network_.join(kClient, inbox_);
      transport_ = std::make_unique<QueueTransport>(network_, kClient);
      return;
    }
    RpcSettings server{.self = kServer, .credentials = {}};
    RpcSettings client{.self = kClient, .credentials = {}};
    if (way == encrypted) {
      const ClusterFolder folder = secrets();
      server.credentials = folder.sign_own(server.self);
      client.credentials = folder.sign_own(client.self);
    }
    server_ = std::make_unique<RpcServer>(server, "127.0.0.1:0", inbox_, budget_, traffic_);
    transport_ = std::make_unique<GrpcTransport>(
        client, [this](NodeId) { return server_->address(); }, budget_, traffic_);
  }
  wire::Bytes call(const char* service, wire::Bytes request) {
    return transport_->call(kServer, service, std::move(request)).get();
  }

 private:
  static constexpr NodeId kClient{1};
  static constexpr NodeId kServer{2};
  Inbox inbox_;
  Budget budget_{kMemory};
  Traffic traffic_;
  QueueNetwork network_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<Transport> transport_;
};

void latency(benchmark::State& state) {
  Pair pair(static_cast<Way>(state.range(0)));
  pair.call("echo", {});
  const auto bytes = static_cast<std::size_t>(state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(pair.call("echo", wire::Bytes(bytes)));
  state.SetLabel(kWays[state.range(0)]);
}

void throughput(benchmark::State& state) {
  constexpr std::size_t kBytes = std::size_t{64} << 20U;
  Pair pair(static_cast<Way>(state.range(0)));
  const wire::Bytes request(kBytes);
  for (auto _ : state) benchmark::DoNotOptimize(pair.call("take", request));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kBytes));
  state.SetLabel(kWays[state.range(0)]);
}

constexpr std::int64_t kSmall = 100;
constexpr std::int64_t kHistograms = 100'000;  // as a level of a tree sends
BENCHMARK(latency)
    ->ArgsProduct({{queue, plain, encrypted}, {kSmall, kHistograms}})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(throughput)
    ->DenseRange(queue, encrypted)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace neve::cluster
