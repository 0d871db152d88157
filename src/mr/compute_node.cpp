#include "mr/api/compute_node.hpp"

#include "mr/core.hpp"

namespace neve::mr {

struct ComputeNode::Parts {
  Parts(const Settings& settings, const TaskList& all_tasks, store::Sequencer& sequencer,
        cluster::Transport& transport)
      : id(settings.id),
        own_budget(settings.memory_bytes),
        budget(settings.budget == nullptr ? own_budget : *settings.budget),
        pool(settings.threads),
        store(budget, sequencer, settings.number),
        frames(store),
        engine(nullptr) {
    tasks.add(all_tasks);
    auto core = std::make_unique<Engine::Core>(
        Engine::Core::Parts{settings.id, pool, store, transport, tasks, settings.members});
    core->serve(inbox);
    engine = std::make_unique<Engine>(std::move(core));
  }
  NodeId id;
  Budget own_budget;
  Budget& budget;
  Pool pool;
  TaskTable tasks;
  cluster::Inbox inbox;
  store::Store store;
  frame::Frames frames;
  std::unique_ptr<Engine> engine;
};

ComputeNode::ComputeNode(const Settings& settings, const TaskList& tasks,
                         store::Sequencer& sequencer, cluster::Transport& transport)
    : parts_(std::make_unique<Parts>(settings, tasks, sequencer, transport)) {}

ComputeNode::~ComputeNode() = default;
NodeId ComputeNode::id() const { return parts_->id; }
Budget& ComputeNode::budget() { return parts_->budget; }
Pool& ComputeNode::pool() { return parts_->pool; }
store::Store& ComputeNode::store() { return parts_->store; }
frame::Frames& ComputeNode::frames() { return parts_->frames; }
Engine& ComputeNode::engine() { return *parts_->engine; }
cluster::Inbox& ComputeNode::inbox() { return parts_->inbox; }

struct LocalCluster::Parts {
  cluster::QueueNetwork network;
  cluster::QueueTransport queue{network};
  cluster::NoTransport none;
  store::LocalSequencer sequencer;
  std::vector<std::unique_ptr<ComputeNode>> nodes;
};

LocalCluster::LocalCluster(int nodes, int threads_each, std::int64_t memory_bytes_each,
                           const TaskList& tasks)
    : parts_(std::make_unique<Parts>()) {
  ComputeNode::Settings settings;
  settings.threads = threads_each;
  settings.memory_bytes = memory_bytes_each;
  settings.members.clear();
  for (int i = 0; i < nodes; ++i) settings.members.emplace_back(static_cast<std::uint64_t>(i) + 1);
  cluster::Transport& transport =
      nodes == 1 ? static_cast<cluster::Transport&>(parts_->none) : parts_->queue;
  for (int i = 0; i < nodes; ++i) {
    settings.id = settings.members[static_cast<std::size_t>(i)];
    settings.number = static_cast<std::uint32_t>(i);
    auto node = std::make_unique<ComputeNode>(settings, tasks, parts_->sequencer, transport);
    parts_->sequencer.add(node->store());
    parts_->network.join(node->id(), node->inbox());
    parts_->nodes.push_back(std::move(node));
  }
}

LocalCluster::~LocalCluster() = default;
std::size_t LocalCluster::size() const { return parts_->nodes.size(); }
ComputeNode& LocalCluster::node(std::size_t index) { return *parts_->nodes.at(index); }

}  // namespace neve::mr
