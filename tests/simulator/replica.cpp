#include "simulator/replica.hpp"

#include <utility>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

#include "simulator/jobs.hpp"
#include "simulator/raft_ledger.hpp"

namespace neve::simulator {

namespace {

// Comparing whole catalogues costs more than comparing what commands did.
constexpr std::uint64_t kCompareEvery = 48;

}  // namespace

struct Replica::Image {
  std::uint64_t digest = 0;
  std::vector<std::uint64_t> history;
  wire::Bytes catalog;
  template <class Archive>
  void fields(Archive& archive) {
    archive(digest, history, catalog);
  }
};

store::Applied Replica::Nobody::commit(const store::Command& /*command*/) {
  throw InternalError("a simulated store commits by itself");
}
void Replica::Nobody::commit_later(store::Command /*command*/) {
  throw InternalError("a simulated store commits by itself");
}

wire::Bytes Replica::apply(std::uint64_t index, std::span<const std::byte> bytes) {
  const auto client = wire::decode<ClientCommand>(bytes);
  history_.push_back(client.number);
  const bool is_job =
      !client.command.put.empty() && client.command.put.front().kind == store::Kind::job;
  std::optional<store::Entry> before;
  if (is_job) before = store_.catalog().find(client.command.put.front().name);
  const store::Applied done = store_.apply(client.command);
  if (is_job && done.accepted) {
    const std::string problem = problem_of_step(before, client.command);
    if (!problem.empty()) ledger_.complain(client.command.put.front().name + " " + problem);
  }
  wire::Bytes applied = wire::encode(done);
  digest_ = hash_bytes(applied, digest_ ^ client.number);
  ledger_.applied(self_, index, digest_);
  if (index % kCompareEvery == 0) {
    ledger_.state(self_, index, hash_bytes(store_.catalog().snapshot()));
  }
  return applied;
}

wire::Bytes Replica::snapshot() const {
  return wire::encode(Image{digest_, history_, store_.catalog().snapshot()});
}

void Replica::restore(std::span<const std::byte> snapshot) {
  auto image = wire::decode<Image>(snapshot);
  store_.restore(image.catalog);
  digest_ = image.digest;
  history_ = std::move(image.history);
  view_changed_ = true;
}

void Replica::view_changed(const cluster::ClusterView& view) {
  store_.change_view(view.data_view());
  view_changed_ = true;
}

}  // namespace neve::simulator
