#include "mr/api/compute_node.hpp"

#include <optional>

#include "mr/copier.hpp"
#include "mr/core.hpp"

namespace neve::mr {

struct ComputeNode::Parts {
  Parts(const Settings& settings, const TaskList& all_tasks, store::Sequencer& sequencer,
        cluster::Transport& the_transport)
      : id(settings.id),
        transport(the_transport),
        own_budget(settings.memory_bytes),
        budget(settings.budget == nullptr ? own_budget : *settings.budget),
        pool(settings.threads),
        store(budget, sequencer, settings.id) {
    tasks.add(all_tasks);
    auto made = std::make_unique<Engine::Core>(
        Engine::Core::Parts{settings.id, pool, store, transport, tasks, traffic});
    core = made.get();
    core->serve(inbox);
    copier.emplace(*core);
    engine = std::make_unique<Engine>(std::move(made));
    frames.emplace(store, engine->blobs());
  }
  NodeId id;
  cluster::Transport& transport;
  Budget own_budget;
  Budget& budget;
  Pool pool;
  TaskTable tasks;
  RunTraffic traffic;
  cluster::Inbox inbox;
  store::Store store;
  std::unique_ptr<Engine> engine;
  Engine::Core* core = nullptr;  // the engine's
  std::optional<frame::Frames> frames;
  std::optional<Copier> copier;  // uses the engine's core, so it ends first
};

ComputeNode::ComputeNode(const Settings& settings, const TaskList& tasks,
                         store::Sequencer& sequencer, cluster::Transport& transport)
    : parts_(std::make_unique<Parts>(settings, tasks, sequencer, transport)) {}

ComputeNode::~ComputeNode() = default;
NodeId ComputeNode::id() const { return parts_->id; }
Budget& ComputeNode::budget() { return parts_->budget; }
Pool& ComputeNode::pool() { return parts_->pool; }
store::Store& ComputeNode::store() { return parts_->store; }
frame::Frames& ComputeNode::frames() { return *parts_->frames; }
Engine& ComputeNode::engine() { return *parts_->engine; }
cluster::Inbox& ComputeNode::inbox() { return parts_->inbox; }
const RunTraffic& ComputeNode::traffic() const { return parts_->traffic; }
cluster::Transport& ComputeNode::transport() { return parts_->transport; }

std::vector<NodeId> ComputeNode::put_chunk(const store::Placement& placement, ColumnId column,
                                           GroupIndex group, const frame::Chunk& chunk) {
  return parts_->core->put(placement, column, group, chunk);
}

std::vector<frame::Column> ComputeNode::adopt(const PutColumns& put,
                                              std::span<const OutputColumn> kinds) {
  return parts_->core->adopt(put, kinds);
}

struct LocalCluster::Parts {
  struct Place {
    std::unique_ptr<cluster::Transport> transport;
    std::unique_ptr<ComputeNode> node;
  };
  Settings settings;
  const TaskList tasks;
  cluster::QueueNetwork network;
  store::LocalSequencer sequencer;
  std::vector<Place> nodes;

  void add();
};

void LocalCluster::Parts::add() {
  const auto number = static_cast<std::uint32_t>(nodes.size());
  const ComputeNode::Settings of_node{.id = NodeId(number + 1),
                                      .threads = settings.threads_each,
                                      .memory_bytes = settings.memory_bytes_each};
  Place place;
  place.transport = std::make_unique<cluster::QueueTransport>(network, of_node.id);
  place.node = std::make_unique<ComputeNode>(of_node, tasks, sequencer, *place.transport);
  ComputeNode& node = *place.node;
  nodes.push_back(std::move(place));
  sequencer.add(node.store());
  network.join(node.id(), node.inbox());
}

LocalCluster::LocalCluster(const Settings& settings, const TaskList& tasks)
    : parts_(std::make_unique<Parts>(settings, tasks)) {
  for (int i = 0; i < settings.nodes; ++i) parts_->add();
  cluster::View view{.epoch = 1, .members = {}};
  for (std::uint32_t number = 0; number < size(); ++number) {
    view.members.push_back({.id = node(number).id(),
                            .address = number == 0 ? settings.address : "",
                            .peer = {},
                            .number = number});
  }
  parts_->sequencer.change_view(view);
  node(0).store().commit({.copies = settings.copies});
}

/// What a node does in the background reaches others, so all are parted before the first one ends.
LocalCluster::~LocalCluster() {
  parts_->network.close();
  while (parts_->nodes.size() > 1) {
    parts_->sequencer.remove(parts_->nodes.back().node->store());
    parts_->nodes.pop_back();
  }
}
std::size_t LocalCluster::size() const { return parts_->nodes.size(); }
ComputeNode& LocalCluster::node(std::size_t index) { return *parts_->nodes.at(index).node; }

void LocalCluster::kill(std::size_t index) {
  const NodeId gone = node(index).id();
  parts_->network.leave(gone);
  parts_->sequencer.remove(node(index).store());
  cluster::View view = *node((index + 1) % size()).store().catalog().view();
  ++view.epoch;
  std::erase_if(view.members, [gone](const cluster::Member& m) { return m.id == gone; });
  parts_->sequencer.change_view(view);
}

}  // namespace neve::mr
